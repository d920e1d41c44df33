"""Run on the workstation only: python training/train.py (needs training/requirements.txt)."""

import tensorflow as tf

data = tf.keras.utils.image_dataset_from_directory("/data/fungi", image_size=(192, 192))
model = tf.keras.applications.MobileNetV3Small(weights="imagenet", classes=1000)
model.fit(data, epochs=20)
open("../models/mushroom.tflite", "wb").write(tf.lite.TFLiteConverter.from_keras_model(model).convert())
