import sys

import keras
import tensorflow as tf
import tf2onnx

source, target = sys.argv[1:]
model = keras.models.load_model(source, compile=False)
spec = [tf.TensorSpec((None, 192, 192, 3), tf.float32, name="image")]
tf2onnx.convert.from_function(tf.function(lambda image: model(image, training=False)), spec, opset=17, output_path=target)
