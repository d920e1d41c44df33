import numpy as np
from pydub import AudioSegment


def spectrogram(fileobj, seconds=5):
    sound = AudioSegment.from_file(fileobj).set_channels(1).set_frame_rate(22050)[: seconds * 1000]
    samples = np.array(sound.get_array_of_samples(), dtype=np.float32) / 32768.0
    samples = np.pad(samples, (0, max(0, seconds * 22050 - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames))[:, :256]
    return np.log1p(power)[None, :200, :, None].astype(np.float32)
