#include "internal.h"
#include <stdlib.h>

int target_open(picture_target *target, const cimage_info *info, message_buffer message) {
    if (!target->picks) {
        size_t size = 3 * (size_t)info->decoded_width * (size_t)info->decoded_height;
        target->picture = malloc(size + CIMAGE_SPARE_BYTES);
        return target->picture ? CIMAGE_OK : fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    }
    for (int i = 0; i < target->pick_count; i++) {
        const cimage_pick *pick = &target->picks[i];
        if (pick->height != info->height || pick->width != info->width) {
            return fail(message, CIMAGE_DAMAGED, "is %d x %d pixels now", info->width, info->height);
        }
    }
    return CIMAGE_OK;
}

uint8_t *target_row(const picture_target *target, const cimage_info *info, int y) {
    if (target->picks || info->orientation != 1) return NULL;
    return target->picture + 3 * (size_t)info->decoded_width * (size_t)y;
}

/// Where `value` is in an ascending list; -1 when it is not.
static int find(const int32_t *list, int count, int value) {
    int low = 0, high = count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (list[middle] < value) low = middle + 1; else high = middle;
    }
    return low < count && list[low] == value ? low : -1;
}

/// Whether a stored row lies across the upright picture, and which row or column of it that is.
static int lies_across(int y, int height, int orientation, int *place) {
    int is_turned = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    *place = is_turned ? height - 1 - y : y;
    return orientation < 5;
}

int target_wants(const picture_target *target, int y, int height, int orientation) {
    if (!target->picks) return 1;
    int place, across = lies_across(y, height, orientation, &place);
    for (int i = 0; i < target->pick_count; i++) {
        const cimage_pick *pick = &target->picks[i];
        if (find(across ? pick->rows : pick->columns, across ? pick->row_count : pick->column_count, place) >= 0) return 1;
    }
    return 0;
}

static void pick_row(const cimage_pick *pick, const uint8_t *row, int y, int width, int height, int orientation) {
    int place, across = lies_across(y, height, orientation, &place);
    int line = find(across ? pick->rows : pick->columns, across ? pick->row_count : pick->column_count, place);
    if (line < 0) return;
    int is_mirrored = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const int32_t *list = across ? pick->columns : pick->rows;
    int count = across ? pick->column_count : pick->row_count;
    size_t columns = (size_t)pick->column_count;
    uint8_t *target = pick->rgb + 3 * (across ? columns * (size_t)line : (size_t)line);
    size_t step = across ? 3 : 3 * columns;
    for (int i = 0; i < count; i++, target += step) {
        const uint8_t *source = row + 3 * (size_t)(is_mirrored ? width - 1 - list[i] : list[i]);
        target[0] = source[0];
        target[1] = source[1];
        target[2] = source[2];
    }
}

void target_put(picture_target *target, const uint8_t *row, int y, int width, int height, int orientation) {
    if (!target->picks) {
        place_row(target->picture, row, y, width, height, orientation);
        return;
    }
    for (int i = 0; i < target->pick_count; i++) {
        pick_row(&target->picks[i], row, y, width, height, orientation);
    }
}
