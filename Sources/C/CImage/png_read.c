#include "internal.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    int ended;
    int warnings;
    char text[160];
    /// One row, or all that are kept until the last pass over an interlaced picture.
    uint8_t *rows;
    picture_target *target;
} decoder;

static void on_error(png_structp png, png_const_charp text) {
    decoder *d = png_get_error_ptr(png);
    snprintf(d->text, sizeof d->text, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)text;
    decoder *d = png_get_error_ptr(png);
    d->warnings++;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    decoder *d = png_get_io_ptr(png);
    if (count > d->count - d->position) {
        d->ended = 1;
        png_error(png, "end of file");
    }
    memcpy(target, d->bytes + d->position, count);
    d->position += count;
}

static uint32_t read32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/// Walks the chunks to the end: lengths and sums. The pixels are not unpacked.
static int check_chunks(const uint8_t *bytes, size_t count, message_buffer message) {
    size_t position = 8;
    int data = 0;
    while (1) {
        if (count - position < 12) break;
        uint32_t length = read32(bytes + position);
        if (length > 0x7FFFFFFF) return fail(message, CIMAGE_DAMAGED, "is damaged: a chunk has an impossible length");
        if (length > count - position - 12) break;
        const uint8_t *name = bytes + position + 4;
        int critical = !(name[0] & 32);
        uint32_t sum = (uint32_t)crc32(0, name, (uInt)length + 4);
        if (critical && sum != read32(name + 4 + length)) {
            return fail(message, CIMAGE_DAMAGED, "is damaged: a chunk's checksum is wrong");
        }
        if (memcmp(name, "IDAT", 4) == 0) data = 1;
        if (memcmp(name, "IEND", 4) == 0) {
            return data ? CIMAGE_OK : fail(message, CIMAGE_DAMAGED, "is damaged: it holds no pixels");
        }
        position += 12 + (size_t)length;
    }
    return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
}

static void set_limits(png_structp png) {
    png_set_user_limits(png, CIMAGE_LARGEST_SIDE, CIMAGE_LARGEST_SIDE);
    png_set_chunk_malloc_max(png, CIMAGE_PNG_CHUNK_BYTES);
    png_set_chunk_cache_max(png, CIMAGE_PNG_CHUNKS);
    // Compressed text and profiles can hide bombs and do not change a pixel here.
    static const png_byte unread[] = "iCCP\0zTXt\0iTXt\0tEXt\0sPLT";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unread, 5);
}

static void set_conversions(png_structp png, png_infop header) {
    int color = png_get_color_type(png, header);
    png_set_expand(png);
    png_set_strip_16(png);
    if (color == PNG_COLOR_TYPE_GRAY || color == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
}

static int read_pixels(decoder *d, png_structp png, png_infop header, cimage_info *info, message_buffer message) {
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, header);
    int width = (int)png_get_image_width(png, header), height = (int)png_get_image_height(png, header);
    size_t row_bytes = png_get_rowbytes(png, header);
    if (row_bytes != 3 * (size_t)width) return fail(message, CIMAGE_DAMAGED, "is damaged: rows have a wrong size");
    int status = target_open(d->target, info, message);
    if (status) return status;
    int direct = target_row(d->target, info, 0) != NULL, turn = info->orientation;
    // Interlaced rows come in several passes: what is wanted of them is kept as it is stored, the rest shares the first row.
    size_t kept = 1;
    if (passes > 1) for (int y = 0; y < height; y++) kept += (size_t)target_wants(d->target, y, height, turn);
    if (!direct) d->rows = malloc(row_bytes * kept);
    if (!direct && !d->rows) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    for (int pass = 0; pass < passes; pass++) {
        size_t next = 1;
        for (int y = 0; y < height; y++) {
            int wanted = direct || target_wants(d->target, y, height, turn);
            size_t place = passes > 1 && wanted ? next++ : 0;
            uint8_t *row = direct ? target_row(d->target, info, y) : d->rows + row_bytes * place;
            png_read_row(png, row, NULL);
            if (!direct && wanted && pass == passes - 1) target_put(d->target, row, y, width, height, turn);
        }
    }
    return CIMAGE_OK;
}

static int run(decoder *d, png_structp png, png_infop header, decoder_task task, cimage_info *info,
               message_buffer message) {
    set_limits(png);
    png_set_read_fn(png, d, on_read);
    png_read_info(png, header);
    png_bytep exif = NULL;
    png_uint_32 exif_count = 0;
    if (png_get_eXIf_1(png, header, &exif_count, &exif)) info->orientation = exif_orientation(exif, exif_count);
    info->width = (int)png_get_image_width(png, header);
    info->height = (int)png_get_image_height(png, header);
    info->components = png_get_channels(png, header);
    info->bit_depth = png_get_bit_depth(png, header);
    turn_extent(info);
    info->decoded_width = info->width;
    info->decoded_height = info->height;
    if (task != TASK_DECODE) return check_chunks(d->bytes, d->count, message);
    set_conversions(png, header);
    return read_pixels(d, png, header, info, message);
}

int png_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message
) {
    info->format = CIMAGE_PNG;
    info->orientation = 1;
    if (count < 33) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    int status = check_size(read32(bytes + 16), read32(bytes + 20), message);
    if (status) return status;
    decoder *d = calloc(1, sizeof(decoder));
    png_structp png = d ? png_create_read_struct(PNG_LIBPNG_VER_STRING, d, on_error, on_warning) : NULL;
    png_infop header = png ? png_create_info_struct(png) : NULL;
    if (!header) {
        if (png) png_destroy_read_struct(&png, NULL, NULL);
        free(d);
        return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    }
    d->target = target;
    d->bytes = bytes;
    d->count = count;
    if (setjmp(png_jmpbuf(png))) {
        status = d->ended
            ? fail(message, CIMAGE_TRUNCATED, TRUNCATED)
            : fail(message, CIMAGE_DAMAGED, "is damaged: %s", d->text);
    } else {
        status = run(d, png, header, task, info, message);
    }
    png_destroy_read_struct(&png, &header, NULL);
    info->warnings = d->warnings;
    free(d->rows);
    free(d);
    return status;
}
