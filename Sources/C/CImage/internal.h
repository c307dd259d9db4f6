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

/// Where the rows of a decoder go: into the whole upright picture, or what is picked of them into the callers' pictures.
typedef struct {
    /// NULL for the whole picture.
    const cimage_pick *picks;
    int pick_count;
    uint8_t *picture;
} picture_target;

/// Makes room for a picture, whose extent as it is decoded is known by now.
int target_open(picture_target *target, const cimage_info *info, message_buffer message);

/// Where a decoder may put stored row `y` itself; NULL where it is to come by `target_put`.
uint8_t *target_row(const picture_target *target, const cimage_info *info, int y);

/// Whether anything of stored row `y` of `height` goes anywhere.
int target_wants(const picture_target *target, int y, int height, int orientation);

/// Takes stored row `y` of `width` pixels of a picture stored as `width` × `height`.
void target_put(picture_target *target, const uint8_t *row, int y, int width, int height, int orientation);

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
    const uint8_t *bytes, size_t count, decoder_task task, int reduction, int *needs_check, picture_target *target,
    cimage_info *info, message_buffer message);
int png_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message);
int bmp_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message);
int tiff_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message);
int webp_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message);

#endif
