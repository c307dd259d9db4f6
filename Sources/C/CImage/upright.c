#include "internal.h"
#include <stdlib.h>

void set_info(cimage_info *info, int format, int width, int height, int components, int orientation) {
    info->format = format;
    info->width = width;
    info->height = height;
    info->components = components;
    info->bit_depth = 8;
    info->orientation = orientation;
    turn_extent(info);
    info->decoded_width = info->width;
    info->decoded_height = info->height;
}

uint8_t *new_picture(const cimage_info *info, message_buffer message) {
    uint8_t *picture = malloc(3 * (size_t)info->width * (size_t)info->height + CIMAGE_SPARE_BYTES);
    if (!picture) fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    return picture;
}
