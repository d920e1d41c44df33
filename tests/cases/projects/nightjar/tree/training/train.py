import matplotlib.pyplot as plt
import tensorflow as tf
from sklearn.model_selection import train_test_split

from spectro import load_clips

x, y = load_clips("clips")
xt, xv, yt, yv = train_test_split(x, y, test_size=0.2, stratify=y)
net = tf.keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(128, 128, 3), pooling="avg")
model = tf.keras.Sequential([net, tf.keras.layers.Dense(9, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
h = model.fit(xt, yt, validation_data=(xv, yv), epochs=30)
plt.plot(h.history["val_accuracy"])
plt.savefig("curve.png")
model.save("nightbirds.h5")
