#ifndef CIMAGE_INTERNAL_H
#define CIMAGE_INTERNAL_H

#include "cimage.h"

#define TRUNCATED "is truncated: the file ends before the picture does"

/// Where a function's message goes.
typedef struct {
    char *text;
    size_t size;
} message_buffer;

/// Writes the message and returns `status`.
int fail(message_buffer message, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/// CIMAGE_OK when a picture of this size is allowed.
int check_size(long long width, long long height, message_buffer message);

/// Orientation 1 to 8 of a TIFF block; 1 when it says nothing sensible.
int exif_orientation(const uint8_t *tiff, size_t count);

/// Swaps the extent where the orientation turns by a quarter.
void turn_extent(cimage_info *info);

/// Puts stored row `y` of `width` pixels where the orientation wants it in a picture stored as `width` × `height`.
void place_row(uint8_t *picture, const uint8_t *row, int y, int width, int height, int orientation);

/// Says what a picture of 8 bits is like, from its extent as it is stored.
void set_info(cimage_info *info, int format, int width, int height, int components, int orientation);

/// Memory for the upright picture; NULL with a message when there is none.
uint8_t *new_picture(const cimage_info *info, message_buffer message);

/// What a decoder is asked to do.
typedef enum {
    /// Header and tables, from the first bytes of the file; CIMAGE_TRUNCATED asks for all of them.
    TASK_HEADER,
    /// Everything but the pixels.
    TASK_CHECK,
    TASK_DECODE
} decoder_task;

/// `*needs_check` is set when the header alone cannot tell that the picture is whole.
int jpeg_run(
    const uint8_t *bytes, size_t count, decoder_task task, int reduction, int *needs_check, uint8_t **rgb,
    cimage_info *info, message_buffer message);
int png_run(
    const uint8_t *bytes, size_t count, decoder_task task, uint8_t **rgb, cimage_info *info, message_buffer message);
int bmp_run(
    const uint8_t *bytes, size_t count, decoder_task task, uint8_t **rgb, cimage_info *info, message_buffer message);
int tiff_run(
    const uint8_t *bytes, size_t count, decoder_task task, uint8_t **rgb, cimage_info *info, message_buffer message);
int webp_run(
    const uint8_t *bytes, size_t count, decoder_task task, uint8_t **rgb, cimage_info *info, message_buffer message);

#endif
