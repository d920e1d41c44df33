import tensorflow as tf

model = tf.keras.models.load_model("nightbirds.h5")
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
open("../birds/nightbirds.tflite", "wb").write(converter.convert())
