#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Bytes read for a header; more only when that is not enough.
enum { HEADER_BYTES = 65536 };

int fail(message_buffer message, int status, const char *format, ...) {
    if (message.text && message.size > 0) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(message.text, message.size, format, arguments);
        va_end(arguments);
    }
    return status;
}

int check_size(long long width, long long height, message_buffer message) {
    if (width < 1 || height < 1) return fail(message, CIMAGE_DAMAGED, "is damaged: a side has no pixels");
    if (width > CIMAGE_LARGEST_SIDE || height > CIMAGE_LARGEST_SIDE) {
        return fail(message, CIMAGE_TOO_LARGE, "is too large: %lld x %lld pixels (longest side %d)", width, height,
                    CIMAGE_LARGEST_SIDE);
    }
    if (width * height > CIMAGE_LARGEST_PIXELS) {
        return fail(message, CIMAGE_TOO_LARGE, "is too large: %lld x %lld pixels (limit %lld megapixels)", width,
                    height, CIMAGE_LARGEST_PIXELS / 1000000);
    }
    return CIMAGE_OK;
}

void cimage_free(void *pointer) { free(pointer); }

/// A format by its first bytes, 0 with a message that names other kinds.
static int recognise(const uint8_t *bytes, size_t count, message_buffer message) {
    static const struct {
        const char *start;
        size_t offset, length;
        const char *name;
        /// 0 for a kind that is not read.
        int format;
    } kinds[] = {
        {"\xFF\xD8\xFF", 0, 3, "JPEG", CIMAGE_JPEG}, {"\x89PNG\r\n\x1A\n", 0, 8, "PNG", CIMAGE_PNG},
        {"BM", 0, 2, "BMP", CIMAGE_BMP}, {"II*\0", 0, 4, "TIFF", CIMAGE_TIFF}, {"MM\0*", 0, 4, "TIFF", CIMAGE_TIFF},
        {"WEBP", 8, 4, "WebP", CIMAGE_WEBP}, {"GIF8", 0, 4, "GIF", 0}, {"ftypavif", 4, 8, "AVIF", 0},
        {"ftyphei", 4, 7, "HEIC", 0}, {"jP  ", 4, 4, "JPEG 2000", 0},
    };
    if (count == 0) {
        fail(message, 0, "is empty");
        return 0;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (count < kinds[i].offset + kinds[i].length) continue;
        if (memcmp(bytes + kinds[i].offset, kinds[i].start, kinds[i].length) != 0) continue;
        if (!kinds[i].format) {
            fail(message, 0, "is a %s picture; JPEG, PNG, BMP, TIFF and WebP are read", kinds[i].name);
        }
        return kinds[i].format;
    }
    fail(message, 0, "is neither a JPEG nor a PNG picture, nor one of BMP, TIFF or WebP");
    return 0;
}

/// Opens a regular file for reading; -1 with a message otherwise.
static int open_file(const char *path, cimage_info *info, message_buffer message) {
    // Without O_NONBLOCK a named pipe would wait for a writer.
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        fail(message, 0, "cannot be read: %s", strerror(errno));
        if (file >= 0) close(file);
        return -1;
    }
    info->file_size = status.st_size;
    const char *fault = !S_ISREG(status.st_mode) ? "is not a regular file"
        : status.st_size > CIMAGE_LARGEST_FILE ? "is too large a file" : NULL;
    if (!fault) return file;
    fail(message, 0, "%s", fault);
    close(file);
    return -1;
}

/// Reads `count` bytes at `offset`, or fewer at the end of the file; -1 with a message on failure.
static long long read_part(int file, uint8_t *bytes, size_t count, long long offset, message_buffer message) {
    size_t done = 0;
    while (done < count) {
        ssize_t got = pread(file, bytes + done, count - done, offset + (long long)done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            fail(message, 0, "cannot be read: %s", strerror(errno));
            return -1;
        }
        if (got == 0) break;
        done += (size_t)got;
    }
    return (long long)done;
}

static int run(const uint8_t *bytes, size_t count, decoder_task task, int reduction, picture_target *target,
               cimage_info *info, message_buffer message) {
    int whole = 0;
    switch (recognise(bytes, count, message)) {
    case CIMAGE_JPEG: return jpeg_run(bytes, count, task, reduction, &whole, target, info, message);
    case CIMAGE_PNG: return png_run(bytes, count, task, target, info, message);
    case CIMAGE_BMP: return bmp_run(bytes, count, task, target, info, message);
    case CIMAGE_TIFF: return tiff_run(bytes, count, task, target, info, message);
    case CIMAGE_WEBP: return webp_run(bytes, count, task, target, info, message);
    default: return CIMAGE_UNKNOWN_FORMAT;
    }
}

/// The whole file in memory, released by the caller.
static int read_all(int file, uint8_t **bytes, size_t *count, cimage_info *info, message_buffer message) {
    *bytes = malloc((size_t)info->file_size + 1);
    if (!*bytes) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    long long got = read_part(file, *bytes, (size_t)info->file_size, 0, message);
    if (got < 0) return CIMAGE_CANNOT_OPEN;
    *count = (size_t)got;
    return CIMAGE_OK;
}

/// Probes from the first bytes; `*whole` is set when all bytes are needed to tell.
static int probe_start(int file, uint8_t *bytes, int *whole, cimage_info *info, message_buffer message) {
    long long got = read_part(file, bytes, HEADER_BYTES, 0, message);
    if (got < 0) return CIMAGE_CANNOT_OPEN;
    int format = recognise(bytes, (size_t)got, message);
    *whole = format != 0 && format != CIMAGE_JPEG;
    if (format != CIMAGE_JPEG) return CIMAGE_UNKNOWN_FORMAT;
    int status = jpeg_run(bytes, (size_t)got, TASK_HEADER, 1, whole, NULL, info, message);
    if (status == CIMAGE_TRUNCATED && got < info->file_size) *whole = 1;
    if (status || *whole) return status;
    uint8_t end[2] = {0, 0};
    if (read_part(file, end, 2, info->file_size - 2, message) < 0) return CIMAGE_CANNOT_OPEN;
    *whole = end[0] != 0xFF || end[1] != 0xD9;
    return CIMAGE_OK;
}

int cimage_probe(const char *path, cimage_info *info, char *text, size_t text_size) {
    message_buffer message = {text, text_size};
    memset(info, 0, sizeof *info);
    int file = open_file(path, info, message);
    if (file < 0) return CIMAGE_CANNOT_OPEN;
    uint8_t *bytes = malloc(HEADER_BYTES);
    int whole = 0;
    int status = bytes ? probe_start(file, bytes, &whole, info, message)
        : fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    if (whole) {
        free(bytes);
        size_t count = 0;
        status = read_all(file, &bytes, &count, info, message);
        if (!status) status = run(bytes, count, TASK_CHECK, 1, NULL, info, message);
    }
    free(bytes);
    close(file);
    return status;
}

int cimage_read_file(const char *path, uint8_t **bytes, size_t *count, char *text, size_t text_size) {
    message_buffer message = {text, text_size};
    cimage_info info = {0};
    *bytes = NULL;
    *count = 0;
    int file = open_file(path, &info, message);
    if (file < 0) return CIMAGE_CANNOT_OPEN;
    int status = read_all(file, bytes, count, &info, message);
    close(file);
    if (status) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

int cimage_decode_bytes(
    const uint8_t *bytes, size_t count, int reduction, uint8_t **rgb, cimage_info *info, char *text, size_t text_size
) {
    message_buffer message = {text, text_size};
    memset(info, 0, sizeof *info);
    info->file_size = (int64_t)count;
    picture_target target = {NULL, 0, NULL};
    int status = run(bytes, count, TASK_DECODE, reduction, &target, info, message);
    if (status) free(target.picture);
    *rgb = status ? NULL : target.picture;
    return status;
}

int cimage_decode_picks(
    const uint8_t *bytes, size_t count, const cimage_pick *picks, int pick_count, cimage_info *info, char *text,
    size_t text_size
) {
    message_buffer message = {text, text_size};
    memset(info, 0, sizeof *info);
    info->file_size = (int64_t)count;
    picture_target target = {picks, pick_count, NULL};
    return run(bytes, count, TASK_DECODE, 1, &target, info, message);
}

int cimage_describe_bytes(const uint8_t *bytes, size_t count, cimage_info *info, char *text, size_t text_size) {
    message_buffer message = {text, text_size};
    memset(info, 0, sizeof *info);
    info->file_size = (int64_t)count;
    return run(bytes, count, TASK_HEADER, 1, NULL, info, message);
}
