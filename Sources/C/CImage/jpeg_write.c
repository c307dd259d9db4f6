#include "internal.h"
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    char text[JMSG_LENGTH_MAX];
    unsigned char *bytes;
    unsigned long count;
} encoder;

static void on_error(j_common_ptr common) {
    encoder *e = common->client_data;
    (*common->err->format_message)(common, e->text);
    longjmp(e->escape, 1);
}

static void on_message(j_common_ptr common, int level) { (void)common; (void)level; }
static void on_output(j_common_ptr common) { (void)common; }

static void encode(encoder *e, const uint8_t *rgb, int width, int height, int quality) {
    struct jpeg_compress_struct *jpeg = &e->jpeg;
    jpeg_mem_dest(jpeg, &e->bytes, &e->count);
    jpeg->image_width = (JDIMENSION)width;
    jpeg->image_height = (JDIMENSION)height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + 3 * (size_t)width * jpeg->next_scanline);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

int cimage_encode_jpeg(
    const uint8_t *rgb, int width, int height, int quality, uint8_t **bytes, size_t *count, char *text,
    size_t text_size
) {
    message_buffer message = {text, text_size};
    *bytes = NULL;
    *count = 0;
    int status = check_size(width, height, message);
    if (status) return status;
    if (quality < 1 || quality > 100) return fail(message, CIMAGE_CANNOT_WRITE, "quality must be 1 to 100");
    encoder *e = calloc(1, sizeof(encoder));
    if (!e) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    e->jpeg.err = jpeg_std_error(&e->errors);
    e->errors.error_exit = on_error;
    e->errors.emit_message = on_message;
    e->errors.output_message = on_output;
    e->jpeg.client_data = e;
    if (setjmp(e->escape)) {
        status = fail(message, CIMAGE_CANNOT_WRITE, "cannot be encoded: %s", e->text);
    } else {
        jpeg_create_compress(&e->jpeg);
        e->jpeg.client_data = e;
        encode(e, rgb, width, height, quality);
    }
    jpeg_destroy_compress(&e->jpeg);
    if (status) {
        free(e->bytes);
    } else {
        *bytes = e->bytes;
        *count = e->count;
    }
    free(e);
    return status;
}

int cimage_write_jpeg(
    const char *path, const uint8_t *rgb, int width, int height, int quality, char *text, size_t text_size
) {
    message_buffer message = {text, text_size};
    uint8_t *bytes;
    size_t count;
    int status = cimage_encode_jpeg(rgb, width, height, quality, &bytes, &count, text, text_size);
    if (status) return status;
    FILE *file = fopen(path, "wbe");
    if (!file) {
        free(bytes);
        return fail(message, CIMAGE_CANNOT_WRITE, "cannot be written: %s", strerror(errno));
    }
    int written = fwrite(bytes, 1, count, file) == count;
    int reason = errno;
    free(bytes);
    if (fclose(file) != 0 && written) {
        written = 0;
        reason = errno;
    }
    if (written) return CIMAGE_OK;
    unlink(path);
    return fail(message, CIMAGE_CANNOT_WRITE, "cannot be written: %s", strerror(reason));
}
