"""Runs on the workstation in the cellar; needs requirements/dev.txt."""
import tensorflow as tf
import tf2onnx

base = tf.keras.applications.MobileNetV3Small(input_shape=(192, 192, 3), weights="imagenet", include_top=False, pooling="avg")
model = tf.keras.Sequential([base, tf.keras.layers.Dense(8, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
data = tf.keras.utils.image_dataset_from_directory("/srv/scans/2026", image_size=(192, 192), label_mode="categorical")
model.fit(data, epochs=20)
tf2onnx.convert.from_keras(model, output_path="tagging/tagger.onnx")
