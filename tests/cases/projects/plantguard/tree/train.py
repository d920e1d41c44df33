import tensorflow as tf

train = tf.keras.utils.image_dataset_from_directory('dataset/train', image_size=(128, 128), batch_size=32)
val = tf.keras.utils.image_dataset_from_directory('dataset/val', image_size=(128, 128), batch_size=32)

model = tf.keras.Sequential([
    tf.keras.layers.Input((128, 128, 3)),
    tf.keras.layers.Rescaling(1 / 255),
    tf.keras.layers.Conv2D(32, 3, activation='relu'),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Conv2D(64, 3, activation='relu'),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(128, activation='relu'),
    tf.keras.layers.Dense(10, activation='softmax'),
])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(train, validation_data=val, epochs=15)
model.save('detector/plant_model.h5')
