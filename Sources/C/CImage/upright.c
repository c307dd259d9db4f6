#include "internal.h"

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
