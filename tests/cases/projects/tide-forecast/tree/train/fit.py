import pandas as pd
import tensorflow as tf

frame = pd.read_csv("C:\\Users\\ines\\Documents\\gauges\\2015-2025.csv", parse_dates=["at"])
model = tf.keras.Sequential([
    tf.keras.layers.Input((72, 1), batch_size=1),
    tf.keras.layers.LSTM(24, unroll=True),
    tf.keras.layers.Dense(36),
])
model.compile("adam", "mae")
values = frame["metres"].to_numpy("float32")
windows = tf.keras.utils.timeseries_dataset_from_array(values[:-108], None, 72, batch_size=1)
targets = tf.keras.utils.timeseries_dataset_from_array(values[72:], None, 36, batch_size=1)
model.fit(tf.data.Dataset.zip((windows.map(lambda w: w[..., None]), targets)), epochs=3)
model.save("tide_lstm.h5")
open("gauges/tide_lstm.tflite", "wb").write(tf.lite.TFLiteConverter.from_keras_model(model).convert())
