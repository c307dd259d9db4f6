#include "internal.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

/// Pixels that may be unpacked at once: a strip of the whole width, or a row of tiles. Writers make them far smaller.
#define MOST_PIXELS_OF_A_BAND 33554432ULL

/// A file in memory, as the library wants it.
typedef struct {
    const uint8_t *bytes;
    toff_t count;
    toff_t position;
} memory_file;

static tmsize_t on_read(thandle_t handle, void *target, tmsize_t size) {
    memory_file *file = handle;
    if (file->position >= file->count || size <= 0) return 0;
    toff_t left = file->count - file->position, part = (toff_t)size < left ? (toff_t)size : left;
    memcpy(target, file->bytes + file->position, part);
    file->position += part;
    return (tmsize_t)part;
}

static tmsize_t on_write(thandle_t handle, void *bytes, tmsize_t size) {
    (void)handle, (void)bytes, (void)size;
    return 0;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
    memory_file *file = handle;
    file->position = offset + (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : file->count);
    return file->position;
}

static int on_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle) { return ((memory_file *)handle)->count; }

static int on_map(thandle_t handle, void **base, toff_t *size) {
    memory_file *file = handle;
    *base = (void *)file->bytes;
    *size = file->count;
    return 1;
}

static void on_unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

/// The library's handlers print, and are those of the process: our statuses say enough.
static void silence(void) {
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
}

/// What the first page says of itself.
typedef struct {
    uint32_t width, height;
    /// Rows that are unpacked together.
    uint32_t band;
    uint16_t components, bits, orientation;
} page;

/// Whether every part of the pixels lies in the file.
static int check_parts(TIFF *tiff, size_t count, message_buffer message) {
    uint64_t *starts = NULL, *lengths = NULL;
    int tiled = TIFFIsTiled(tiff);
    uint32_t parts = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    if (!TIFFGetField(tiff, tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS, &starts)
        || !TIFFGetField(tiff, tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS, &lengths) || !starts
        || !lengths) {
        return fail(message, CIMAGE_DAMAGED, "is damaged: it does not say where its pixels are");
    }
    for (uint32_t i = 0; i < parts; i++) {
        if (starts[i] > count || lengths[i] > count - starts[i]) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    }
    return CIMAGE_OK;
}

static int read_page(TIFF *tiff, size_t count, page *p, message_buffer message) {
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &p->width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &p->height)) {
        return fail(message, CIMAGE_DAMAGED, "is damaged: it does not say how large it is");
    }
    int status = check_size(p->width, p->height, message);
    if (status) return status;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &p->components);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &p->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &p->orientation);
    if (p->orientation < 1 || p->orientation > 8) p->orientation = 1;
    char reason[1024] = "";
    if (!TIFFRGBAImageOK(tiff, reason)) {
        return fail(message, CIMAGE_UNKNOWN_FORMAT, "is a TIFF picture of a kind that is not read: %.150s", reason);
    }
    uint64_t width = p->width;
    if (TIFFIsTiled(tiff)) {
        uint32_t tile = 0;
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &p->band);
        if (tile > width) width = tile;
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &p->band);
        if (p->band > p->height) p->band = p->height;
    }
    if (p->band == 0) return fail(message, CIMAGE_DAMAGED, "is damaged: its strips have no rows");
    if (p->band > MOST_PIXELS_OF_A_BAND / width) {
        return fail(message, CIMAGE_TOO_LARGE, "is too large: %llu pixels in one piece (limit %llu megapixels)",
                    (unsigned long long)(width * p->band), MOST_PIXELS_OF_A_BAND >> 20);
    }
    return check_parts(tiff, count, message);
}

/// Unpacks band after band, in the order they are stored.
static int read_bands(TIFF *tiff, const page *p, uint32_t *raster, uint8_t *row, picture_target *target) {
    char reason[1024];
    for (uint32_t top = 0; top < p->height; top += p->band) {
        uint32_t rows = p->height - top < p->band ? p->height - top : p->band;
        TIFFRGBAImage image;
        if (!TIFFRGBAImageBegin(&image, tiff, 1, reason)) return 0;
        // Neither turned nor mirrored: that is done with all formats alike.
        image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;
        image.row_offset = (int)top;
        image.col_offset = 0;
        int is_good = TIFFRGBAImageGet(&image, raster, p->width, rows);
        TIFFRGBAImageEnd(&image);
        if (!is_good) return 0;
        for (uint32_t y = 0; y < rows; y++) {
            if (!target_wants(target, (int)(top + y), (int)p->height, p->orientation)) continue;
            const uint32_t *pixels = raster + (size_t)p->width * y;
            for (uint32_t x = 0; x < p->width; x++) {
                row[3 * x] = (uint8_t)TIFFGetR(pixels[x]);
                row[3 * x + 1] = (uint8_t)TIFFGetG(pixels[x]);
                row[3 * x + 2] = (uint8_t)TIFFGetB(pixels[x]);
            }
            target_put(target, row, (int)(top + y), (int)p->width, (int)p->height, p->orientation);
        }
    }
    return 1;
}

static int decode(TIFF *tiff, const page *p, picture_target *target, cimage_info *info, message_buffer message) {
    int status = target_open(target, info, message);
    if (status) return status;
    uint32_t *raster = calloc((size_t)p->width * p->band, sizeof *raster);
    uint8_t *row = malloc(3 * (size_t)p->width);
    if (!raster || !row) {
        status = fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    } else if (!read_bands(tiff, p, raster, row, target)) {
        status = fail(message, CIMAGE_DAMAGED, "is damaged: its TIFF data break the rules");
    }
    free(raster);
    free(row);
    return status;
}

int tiff_run(
    const uint8_t *bytes, size_t count, decoder_task task, picture_target *target, cimage_info *info, message_buffer message
) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence);
    memory_file file = {bytes, count, 0};
    TIFF *tiff = TIFFClientOpen(
        "picture", "r", &file, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap);
    if (!tiff) return fail(message, CIMAGE_DAMAGED, "is damaged: its TIFF header breaks the rules");
    page p = {0};
    int status = read_page(tiff, count, &p, message);
    if (!status) {
        set_info(info, CIMAGE_TIFF, (int)p.width, (int)p.height, p.components, p.orientation);
        info->bit_depth = p.bits;
        if (task == TASK_DECODE) status = decode(tiff, &p, target, info, message);
    }
    TIFFClose(tiff);
    return status;
}
