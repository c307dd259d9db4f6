#include "internal.h"
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

static uint32_t read32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/// Walks the chunks to the end of the picture, and finds its orientation on the way.
static int check_chunks(const uint8_t *bytes, size_t count, int *orientation, message_buffer message) {
    size_t end = 8 + (size_t)read32(bytes + 4);
    if (end > count) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    size_t position = 12;
    while (end >= position && end - position >= 8) {
        const uint8_t *chunk = bytes + position;
        size_t length = read32(chunk + 4);
        if (length > end - position - 8) return fail(message, CIMAGE_DAMAGED, "is damaged: a chunk has a wrong length");
        if (memcmp(chunk, "EXIF", 4) == 0) {
            size_t mark = length >= 6 && memcmp(chunk + 8, "Exif\0\0", 6) == 0 ? 6 : 0;
            *orientation = exif_orientation(chunk + 8 + mark, length - mark);
        }
        position += 8 + length + (length & 1);
    }
    return CIMAGE_OK;
}

int webp_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message
) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = count < 16 ? VP8_STATUS_NOT_ENOUGH_DATA : WebPGetFeatures(bytes, count, &features);
    if (code == VP8_STATUS_NOT_ENOUGH_DATA) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    if (code != VP8_STATUS_OK) return fail(message, CIMAGE_DAMAGED, "is damaged: its WebP header breaks the rules");
    if (features.has_animation) {
        return fail(message, CIMAGE_UNKNOWN_FORMAT, "is an animated WebP picture; only still ones are read");
    }
    int status = check_size(features.width, features.height, message);
    if (!status && (long long)features.width * features.height > CIMAGE_LARGEST_WEBP_PIXELS) {
        status = fail(message, CIMAGE_TOO_LARGE, "is too large: %d x %d pixels (limit of WebP %lld megapixels)",
                      features.width, features.height, CIMAGE_LARGEST_WEBP_PIXELS / 1000000);
    }
    int orientation = 1;
    if (!status) status = check_chunks(bytes, count, &orientation, message);
    if (status) return status;
    set_info(info, CIMAGE_WEBP, features.width, features.height, features.has_alpha ? 4 : 3, orientation);
    if (task != TASK_DECODE) return CIMAGE_OK;
    status = target_open(target, info, message);
    if (status) return status;
    size_t row = 3 * (size_t)features.width, size = row * (size_t)features.height;
    uint8_t *direct = target_row(target, info, 0), *stored = direct ? direct : malloc(size);
    if (!stored) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    if (!WebPDecodeRGBInto(bytes, count, stored, size, (int)row)) {
        if (!direct) free(stored);
        return fail(message, CIMAGE_DAMAGED, "is damaged: its WebP data break the rules");
    }
    if (direct) return CIMAGE_OK;
    for (int y = 0; y < features.height; y++) {
        target_put(target, stored + row * (size_t)y, y, features.width, features.height, orientation);
    }
    free(stored);
    return CIMAGE_OK;
}
