#!/usr/bin/env python3
"""wire.py LATENCY_US GBIT NAMESPACE…: a network between network namespaces, with latency and bandwidth.

Gives namespace i an interface `wire` with the address 10.93.7.(i+1) and carries its packets itself: each sender has a link of
that bandwidth, and every packet takes that long one way. Runs until it is terminated; prints `ready` when the network is up.
For kernels whose tc knows no netem, and as exact as it.
"""

import ctypes
import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
# Large packets keep the carrier's own work small; it is not what is measured.
PACKET = 60_000
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    with open(path) as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns", path)


def interface(namespace, address):
    """The carrier's end of a namespace's interface."""
    enter(f"/run/netns/{namespace}")
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    for words in ("link set lo up", f"address add {address}/24 dev wire", f"link set wire mtu {PACKET} txqueuelen 10000 up"):
        subprocess.run(["ip", *words.split()], check=True)
    return end


def carry(ends, latency, seconds_per_byte):
    libc.prctl(29, 1000, 0, 0, 0)  # PR_SET_TIMERSLACK: microseconds count here
    number = {end: place for place, end in enumerate(ends)}
    free = [0.0] * len(ends)
    arrivals, order = [], 0
    while True:
        now = time.monotonic()
        while arrivals and arrivals[0][0] <= now:
            _, _, target, packet = heapq.heappop(arrivals)
            try:
                os.write(ends[target], packet)
            except OSError:
                pass  # A packet that cannot be taken is lost, as on any wire.
        wait = max(arrivals[0][0] - time.monotonic(), 0) if arrivals else 1
        ready = select.select(ends, [], [], wait)[0]
        for end in ready:
            packet = os.read(end, PACKET + 100)
            target = packet[19] - 1
            if packet[0] >> 4 != 4 or not 0 <= target < len(ends):
                continue
            place = number[end]
            free[place] = max(free[place], time.monotonic()) + len(packet) * seconds_per_byte
            order += 1
            heapq.heappush(arrivals, (free[place] + latency, order, target, packet))


def main():
    latency, gbit = float(sys.argv[1]) * 1e-6, float(sys.argv[2])
    ends = [interface(name, f"10.93.7.{place + 1}") for place, name in enumerate(sys.argv[3:])]
    print("ready", flush=True)
    carry(ends, latency, 8e-9 / gbit if gbit else 0)


main()
