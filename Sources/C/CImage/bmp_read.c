#include "internal.h"
#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER = 14, OLD_HEADER = 12, INFO_HEADER = 40, PLAIN = 0, MASKED = 3, MASKED_WITH_ALPHA = 6 };

/// Where the pixels of a BMP are, and what their bits mean.
typedef struct {
    const uint8_t *rows, *palette;
    /// Bytes of a row, of a palette's entry.
    size_t stride, entry;
    int width, height, is_top_down, bits;
    unsigned colors;
    /// Bits of red, green and blue.
    uint32_t masks[3];
} bitmap;

static unsigned read16(const uint8_t *p) { return (unsigned)p[0] | (unsigned)p[1] << 8; }

static uint32_t read32(const uint8_t *p) { return read16(p) | (uint32_t)read16(p + 2) << 16; }

/// The masks of 16 and 32 bits: those of the file, or the usual ones.
static int find_masks(const uint8_t *bytes, size_t count, uint32_t compression, bitmap *b, message_buffer message) {
    static const uint32_t usual[2][3] = {{0x7C00, 0x3E0, 0x1F}, {0xFF0000, 0xFF00, 0xFF}};
    memcpy(b->masks, usual[b->bits == 32], sizeof b->masks);
    if (compression == PLAIN) return CIMAGE_OK;
    if (count < FILE_HEADER + INFO_HEADER + 12) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    for (int c = 0; c < 3; c++) {
        uint32_t mask = b->masks[c] = read32(bytes + FILE_HEADER + INFO_HEADER + 4 * c);
        // Bits side by side: the lowest one carries through all of them.
        if (mask == 0 || ((mask + (mask & -mask)) & mask) != 0) {
            return fail(message, CIMAGE_DAMAGED, "is damaged: its colours have no bits side by side");
        }
    }
    return CIMAGE_OK;
}

static int find_palette(const uint8_t *bytes, size_t header, size_t pixels, uint32_t used, bitmap *b,
                        message_buffer message) {
    size_t start = FILE_HEADER + header;
    b->entry = header == OLD_HEADER ? 3 : 4;
    b->palette = bytes + start;
    unsigned most = 1u << b->bits;
    b->colors = used == 0 || used > most ? most : used;
    if (pixels < start) return fail(message, CIMAGE_DAMAGED, "is damaged: its pixels begin within its header");
    // Some writers leave out what they do not use; such colours are black.
    if (b->colors > (pixels - start) / b->entry) b->colors = (unsigned)((pixels - start) / b->entry);
    return CIMAGE_OK;
}

static int read_header(const uint8_t *bytes, size_t count, bitmap *b, message_buffer message) {
    if (count < FILE_HEADER + OLD_HEADER) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    size_t pixels = read32(bytes + 10), header = read32(bytes + 14);
    int is_old = header == OLD_HEADER;
    if (!is_old && (header < INFO_HEADER || header > 1024)) {
        return fail(message, CIMAGE_DAMAGED, "is damaged: a BMP's header has no %zu bytes", header);
    }
    if (count < FILE_HEADER + header) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    const uint8_t *h = bytes + FILE_HEADER;
    long long width = is_old ? (long long)read16(h + 4) : (int32_t)read32(h + 4);
    long long height = is_old ? (long long)read16(h + 6) : (int32_t)read32(h + 8);
    b->is_top_down = height < 0;
    if (height < 0) height = -height;
    int status = check_size(width, height, message);
    if (status) return status;
    b->width = (int)width;
    b->height = (int)height;
    b->bits = (int)read16(h + (is_old ? 10 : 14));
    uint32_t compression = is_old ? PLAIN : read32(h + 16);
    int is_masked = (compression == MASKED || compression == MASKED_WITH_ALPHA) && (b->bits == 16 || b->bits == 32);
    if (compression != PLAIN && !is_masked) {
        return fail(message, CIMAGE_UNKNOWN_FORMAT, "is a compressed BMP picture; only plain ones are read");
    }
    switch (b->bits) {
    case 1: case 4: case 8:
        status = find_palette(bytes, header, pixels, is_old ? 0 : read32(h + 32), b, message);
        break;
    case 24: break;
    case 16: case 32: status = find_masks(bytes, count, compression, b, message); break;
    default: return fail(message, CIMAGE_DAMAGED, "is damaged: a BMP's pixels have no %d bits", b->bits);
    }
    if (status) return status;
    b->stride = ((size_t)b->width * (size_t)b->bits + 31) / 32 * 4;
    if (pixels > count || b->stride * (size_t)b->height > count - pixels) {
        return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    }
    b->rows = bytes + pixels;
    return CIMAGE_OK;
}

/// A colour's bits as the high bits of a byte.
static uint8_t channel(uint32_t pixel, uint32_t mask) {
    uint64_t bits = pixel & mask;
    // To the top of 32 bits.
    return (uint8_t)(bits << __builtin_clz(mask) >> 24);
}

static void read_pixel(const bitmap *b, const uint8_t *row, int x, uint8_t *rgb) {
    if (b->bits == 24) {
        for (int c = 0; c < 3; c++) rgb[c] = row[3 * x + 2 - c];
    } else if (b->bits > 8) {
        uint32_t pixel = b->bits == 16 ? read16(row + 2 * x) : read32(row + 4 * x);
        for (int c = 0; c < 3; c++) rgb[c] = channel(pixel, b->masks[c]);
    } else {
        int per_byte = 8 / b->bits, shift = 8 - b->bits * (1 + x % per_byte);
        unsigned color = (unsigned)row[x / per_byte] >> shift & ((1u << b->bits) - 1);
        for (int c = 0; c < 3; c++) rgb[c] = color < b->colors ? b->palette[b->entry * color + 2 - (size_t)c] : 0;
    }
}

int bmp_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message
) {
    bitmap b = {0};
    int status = read_header(bytes, count, &b, message);
    if (status) return status;
    set_info(info, CIMAGE_BMP, b.width, b.height, b.bits < 24 ? 1 : b.bits / 8, 1);
    if (task != TASK_DECODE) return CIMAGE_OK;
    status = target_open(target, info, message);
    if (status) return status;
    uint8_t *pixels = malloc(3 * (size_t)b.width);
    if (!pixels) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    for (int y = 0; y < b.height; y++) {
        if (!target_wants(target, y, b.height, 1)) continue;
        const uint8_t *row = b.rows + b.stride * (size_t)(b.is_top_down ? y : b.height - 1 - y);
        for (int x = 0; x < b.width; x++) read_pixel(&b, row, x, pixels + 3 * (size_t)x);
        target_put(target, pixels, y, b.width, b.height, 1);
    }
    free(pixels);
    return CIMAGE_OK;
}
