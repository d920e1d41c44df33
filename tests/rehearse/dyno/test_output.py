"""The log: lines, long lines, and more lines than the platform carries."""

from wherry.rehearse.dyno.output import Output


class Reader:
    def __init__(self, *, line_bytes: int | None = None, buffer_lines: int | None = None) -> None:
        self.lines: list[str] = []
        self.dropped: list[tuple[int, float]] = []
        self.output = Output(
            line=self.lines.append,
            dropped=lambda count, since: self.dropped.append((count, since)),
            line_bytes=line_bytes,
            buffer_lines=buffer_lines,
        )


def test_lines_come_whole_however_they_are_cut() -> None:
    reader = Reader()
    for piece in (b"one\ntw", b"o\r\n\nthr", b"ee"):
        reader.output.feed(piece, 0.0, 100.0)
    assert reader.lines == ["one", "two", ""]
    reader.output.finish()
    assert reader.lines == ["one", "two", "", "three"]
    assert reader.dropped == []


def test_a_long_line_is_cut_at_the_platforms_length() -> None:
    reader = Reader(line_bytes=10)
    reader.output.feed(b"0123456789" * 2 + b"abc\nshort\n", 0.0, 100.0)
    assert reader.lines == ["0123456789", "0123456789", "abc", "short"]


def test_a_line_without_an_end_does_not_grow() -> None:
    reader = Reader(line_bytes=10)
    for _ in range(100):
        reader.output.feed(b"x" * 7, 0.0, 100.0)
    assert reader.lines == ["x" * 10] * 69
    assert len(reader.output._rest) <= 10


def test_what_is_no_text_is_replaced() -> None:
    reader = Reader()
    reader.output.feed(b"\xff\xfe ok\n", 0.0, 100.0)
    assert reader.lines == ["\ufffd\ufffd ok"]


def test_lines_above_the_buffer_are_dropped_counted_and_told() -> None:
    reader = Reader(buffer_lines=3)
    reader.output.feed(b"1\n2\n3\n4\n5\n", 0.0, 100.0)
    reader.output.feed(b"6\n7\n", 0.5, 100.5)
    assert reader.lines == ["1", "2", "3"]
    assert reader.dropped == []
    reader.output.feed(b"8\n", 1.0, 101.0)
    assert reader.dropped == [(4, 100.0)]
    assert reader.lines == ["1", "2", "3", "8"]


def test_what_was_dropped_last_is_told_at_the_end() -> None:
    reader = Reader(buffer_lines=1)
    reader.output.feed(b"1\n2\n3\n", 0.0, 100.0)
    reader.output.finish()
    assert reader.dropped == [(2, 100.0)]


def test_a_flood_without_line_ends_takes_no_memory() -> None:
    reader = Reader(line_bytes=1000, buffer_lines=1)
    reader.output.feed(b"1\n", 0.0, 100.0)
    for _ in range(50):
        reader.output.feed(b"y" * 65536, 0.1, 100.0)
    assert len(reader.output._rest) <= 1000


def test_as_many_lines_as_the_buffer_holds_lose_nothing_second_after_second() -> None:
    reader = Reader(buffer_lines=5)
    for second in range(10):
        reader.output.feed(b"line\n" * 5, float(second), 100.0 + second)
    reader.output.finish()
    assert len(reader.lines) == 50
    assert reader.dropped == []
