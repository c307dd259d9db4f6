"""Writes pictures of many kinds into a folder, and beside each what OpenCV reads: NAME.raw, height, width, RGB."""

import os
import struct
import sys

import cv2
import numpy as np
from PIL import Image

os.chdir(sys.argv[1])
random = np.random.default_rng(0)
h, w = 37, 53
y, x = np.mgrid[:h, :w]
rgb = np.stack([x * 4 % 256, y * 6 % 256, x * y % 256], -1).astype(np.uint8)
alpha = (x * 5 % 256).astype(np.uint8)[..., None]
color = Image.fromarray(rgb)
kinds = {
    "rgb": color,
    "gray": color.convert("L"),
    "palette": color.quantize(200),
    "few": color.quantize(13),
    "bit": color.convert("1"),
    "alpha": Image.fromarray(np.concatenate([rgb, alpha], -1), "RGBA"),
}
for name, picture in kinds.items():
    picture.save(f"{name}.bmp")
    for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
        picture.save(f"{name}-{compression}.tif", compression=compression)
    if name in ("rgb", "gray", "alpha"):
        picture.save(f"{name}.webp", quality=80)
        picture.save(f"{name}-lossless.webp", lossless=True)
for turn in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = turn
    color.save(f"turned{turn}.webp", lossless=True, exif=exif)
    color.save(f"turned{turn}.tiff", tiffinfo={274: turn})
color.save("jpeg.tif", compression="jpeg")
color.convert("CMYK").save("cmyk.tiff")
deep = (np.arange(h * w).reshape(h, w) * 33 % 65536).astype(np.uint16)
Image.fromarray(deep).save("deep.tiff")


def bmp(name, bits, rows, masks=()):
    head = 54 + 4 * len(masks)
    text = b"BM" + struct.pack("<IHHI", head + len(rows), 0, 0, head)
    text += struct.pack("<IiiHHIIiiII", 40, w, h, 1, bits, 3 if masks else 0, len(rows), 0, 0, 0, 0)
    with open(name, "wb") as file:
        file.write(text + struct.pack(f"<{len(masks)}I", *masks) + rows)


words = random.integers(0, 65536, (h, (w + 1) // 2 * 2)).astype("<u2").tobytes()
bmp("555.bmp", 16, words)
bmp("565.bmp", 16, words, (0xF800, 0x7E0, 0x1F))
bmp("32.bmp", 32, random.integers(0, 2**32, (h, w)).astype("<u4").tobytes())

for name in sorted(os.listdir(".")):
    read = cv2.imdecode(np.fromfile(name, np.uint8), cv2.IMREAD_COLOR)
    with open(name + ".raw", "wb") as file:
        file.write(bytes(read.shape[:2]) + read[..., ::-1].tobytes())
