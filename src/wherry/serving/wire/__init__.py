"""The two REST formats that models are asked in: bytes to arrays, arrays to bytes.

Nothing here knows of HTTP or Django: functions of bytes, signatures and arrays.
"""
