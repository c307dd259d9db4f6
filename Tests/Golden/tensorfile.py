"""Read and write `.safetensors`: little-endian header length, JSON header, raw tensors widest type first."""

import json
import math
import struct

import torch

TYPES = {
    torch.int64: "I64",
    torch.float64: "F64",
    torch.float32: "F32",
    torch.uint8: "U8",
}
NAMES = {name: dtype for dtype, name in TYPES.items()}


def write(path, tensors):
    """Store tensors (bool as U8); the order within the file is by type, then by name."""
    tensors = {
        name: (value.to(torch.uint8) if value.dtype == torch.bool else value).detach().contiguous()
        for name, value in tensors.items()
    }
    rank = list(TYPES)
    names = sorted(tensors, key=lambda name: (rank.index(tensors[name].dtype), name))
    header, payload = {}, bytearray()
    for name in names:
        value, start = tensors[name], len(payload)
        payload += value.numpy().tobytes()
        header[name] = {
            "dtype": TYPES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [start, len(payload)],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + payload)


def read(path):
    """All tensors of a file by name."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        dtype, shape, start = NAMES[entry["dtype"]], entry["shape"], 8 + length + entry["data_offsets"][0]
        count = math.prod(shape)
        if count == 0:
            tensors[name] = torch.zeros(shape, dtype=dtype)
        else:
            flat = torch.frombuffer(bytearray(content), dtype=dtype, count=count, offset=start)
            tensors[name] = flat.reshape(shape).clone()
    return tensors


def describe(tensors):
    """The manifest's view of the tensors: name to [type, shape]."""
    return {
        name: [str(torch.uint8 if value.dtype == torch.bool else value.dtype).removeprefix("torch."), list(value.shape)]
        for name, value in tensors.items()
    }
