"""What is too large for the host: slug, disk, wheels."""

from wherry.signatures.signature import sees

SIGNATURES = (
    *sees(
        "slug-too-large",
        r"Compiled slug size: (?P<size>[\d.]+ ?[KMG]B?) is too large",
        r"slug size .{0,40}(?:is too large|exceeds the (?:hard )?limit)",
        r"Slug is too large",
        r"Image (?:size )?of .{1,40}exceed(?:s|ed) (?:limit|the limit|maximum)",
        r"Not enough space to unpack .{0,40}image",
        r"image size exceeds.{0,60}limit",
        r"uncompressed image size.{0,40}exceeds",
    ),
    *sees(
        "~slug-warning",
        r"Your slug size \((?P<size>[\d.]+ [KMG]B)\) exceeds our soft limit",
    ),
    *sees(
        "~torch-cuda",
        r"Downloading (?P<wheel>nvidia_cu\w+)-\S+\.whl",
        r"Downloading (?P<wheel>torch)-\d\S+ \((?:\d{3,4}(?:\.\d+)? MB|[\d.]+ GB)\)",
    ),
    *sees(
        "disk-full",
        r"No space left on device",
        r"no space left on device",
        r"\[Errno 28\] No space left",
        r"\[Errno 122\] Disk quota exceeded",
        r"Disk quota exceeded",
        r"[Yy]ou don't have enough free space in /\S+",
        r"ENOSPC: no space left on device",
        r"database or disk is full",
        # Databases say it in words of their own.
        r"DiskFull: .{1,160}",
        r"could not (?:extend|write).{1,120} wrote only \d+ of \d+ bytes",
        r"HINT: .{0,4}Check free disk space",
        r"OS errno 28",
        r"Got error 28 from storage engine",
        r"The table '[^']+' is full",
        r"CONNECTION_FORCED - free disk space alarm",
        r"disk usage exceeded flood-stage watermark",
        r"failed \(28: No space left on device\)",
    ),
)
