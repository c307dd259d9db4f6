#include "internal.h"
#include <string.h>

static unsigned read16(const uint8_t *p, int little) {
    return little ? (unsigned)(p[0] | p[1] << 8) : (unsigned)(p[0] << 8 | p[1]);
}

static uint32_t read32(const uint8_t *p, int little) {
    return little ? read16(p, 1) | (uint32_t)read16(p + 2, 1) << 16 : (uint32_t)read16(p, 0) << 16 | read16(p + 2, 0);
}

int exif_orientation(const uint8_t *tiff, size_t count) {
    if (count < 8) return 1;
    int little = tiff[0] == 'I' && tiff[1] == 'I';
    if (!little && !(tiff[0] == 'M' && tiff[1] == 'M')) return 1;
    if (read16(tiff + 2, little) != 42) return 1;
    size_t directory = read32(tiff + 4, little);
    if (directory > count - 2) return 1;
    unsigned entries = read16(tiff + directory, little);
    for (unsigned i = 0; i < entries; i++) {
        size_t entry = directory + 2 + 12 * (size_t)i;
        if (entry + 12 > count) return 1;
        // Tag 0x0112, type 3 (16-bit).
        if (read16(tiff + entry, little) != 0x0112) continue;
        if (read16(tiff + entry + 2, little) != 3) return 1;
        unsigned value = read16(tiff + entry + 8, little);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

void turn_extent(cimage_info *info) {
    if (info->orientation < 5) return;
    int width = info->width;
    info->width = info->height;
    info->height = width;
}

void place_row(uint8_t *picture, const uint8_t *row, int y, int width, int height, int orientation) {
    // Start of the row's first pixel, and the way to the next one, in the upright picture.
    long long w = width, h = height, start, step;
    switch (orientation) {
    case 2: start = y * w + w - 1; step = -1; break;
    case 3: start = (h - 1 - y) * w + w - 1; step = -1; break;
    case 4: start = (h - 1 - y) * w; step = 1; break;
    case 5: start = y; step = h; break;
    case 6: start = h - 1 - y; step = h; break;
    case 7: start = (w - 1) * h + h - 1 - y; step = -h; break;
    case 8: start = (w - 1) * h + y; step = -h; break;
    default: memcpy(picture + 3 * (y * w), row, 3 * (size_t)width); return;
    }
    uint8_t *target = picture + 3 * start;
    for (int x = 0; x < width; x++, row += 3, target += 3 * step) {
        target[0] = row[0];
        target[1] = row[1];
        target[2] = row[2];
    }
}
