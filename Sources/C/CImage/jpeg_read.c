#include "internal.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/// A decoder, its error handler and its source: libjpeg finds the rest of the struct through its first members.
typedef struct {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    jmp_buf escape;
    char text[JMSG_LENGTH_MAX];
    /// Set when the decoder asked for bytes beyond the end.
    int ended;
    /// Set when it did so with parts of the picture still to come.
    int truncated;
    int orientation;
    uint8_t *row;
    picture_target *target;
} decoder;

static void on_error(j_common_ptr common) {
    decoder *d = common->client_data;
    (*common->err->format_message)(common, d->text);
    longjmp(d->escape, 1);
}

static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    decoder *d = common->client_data;
    common->err->num_warnings++;
    int code = common->err->msg_code;
    if (d->ended && (code == JWRN_HIT_MARKER || code == JWRN_MUST_RESYNC)) d->truncated = 1;
}

static void on_output(j_common_ptr common) { (void)common; }

static void source_start(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean source_fill(j_decompress_ptr jpeg) {
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    decoder *d = jpeg->client_data;
    d->ended = 1;
    d->source.next_input_byte = end;
    d->source.bytes_in_buffer = 2;
    return TRUE;
}

static void source_skip(j_decompress_ptr jpeg, long count) {
    decoder *d = jpeg->client_data;
    if (count <= 0) return;
    if ((size_t)count > d->source.bytes_in_buffer) {
        source_fill(jpeg);
    } else {
        d->source.next_input_byte += count;
        d->source.bytes_in_buffer -= (size_t)count;
    }
}

/// APP1: takes the orientation out of an EXIF block; anything else is skipped.
static boolean on_app1(j_decompress_ptr jpeg) {
    decoder *d = jpeg->client_data;
    if (d->source.bytes_in_buffer < 2) {
        source_fill(jpeg);
        return TRUE;
    }
    const uint8_t *block = d->source.next_input_byte;
    size_t length = (size_t)block[0] << 8 | block[1];
    if (length < 2) ERREXIT(jpeg, JERR_BAD_LENGTH);
    if (length >= 8 && length <= d->source.bytes_in_buffer && memcmp(block + 2, "Exif\0\0", 6) == 0) {
        if (d->orientation == 0) d->orientation = exif_orientation(block + 8, length - 8);
    }
    source_skip(jpeg, (long)length);
    return TRUE;
}

static void describe(decoder *d, cimage_info *info) {
    info->format = CIMAGE_JPEG;
    info->width = (int)d->jpeg.image_width;
    info->height = (int)d->jpeg.image_height;
    info->components = d->jpeg.num_components;
    info->bit_depth = d->jpeg.data_precision;
    info->orientation = d->orientation ? d->orientation : 1;
    turn_extent(info);
}

/// CMYK to RGB in place of the first three of every four values, rounded as OpenCV does; Adobe stores the complements.
static void convert_cmyk(uint8_t *row, int width, int inverted) {
    for (int x = 0; x < width; x++) {
        const uint8_t *from = row + 4 * x;
        int k = inverted ? from[3] : 255 - from[3];
        int values[3];
        for (int i = 0; i < 3; i++) values[i] = k - (((inverted ? 255 - from[i] : from[i]) * k) >> 8);
        for (int i = 0; i < 3; i++) row[3 * x + i] = (uint8_t)values[i];
    }
}

/// Reads every scan of a picture that has several; returns a status.
static int read_scans(decoder *d, message_buffer message) {
    long long pixels = (long long)d->jpeg.image_width * d->jpeg.image_height;
    unsigned char seen[MAX_COMPONENTS] = {0};
    int scans = 0;
    for (int event = JPEG_REACHED_SOS; event != JPEG_REACHED_EOI; event = jpeg_consume_input(&d->jpeg)) {
        if (event == JPEG_SUSPENDED) return fail(message, CIMAGE_DAMAGED, "is damaged");
        if (event != JPEG_REACHED_SOS) continue;
        scans++;
        if (scans > CIMAGE_SCANS || scans * pixels > CIMAGE_SCANNED_PIXELS) {
            return fail(message, CIMAGE_TOO_LARGE, "has too many scans (limit %d)", CIMAGE_SCANS);
        }
        for (int i = 0; i < d->jpeg.comps_in_scan; i++) seen[d->jpeg.cur_comp_info[i]->component_index] = 1;
    }
    if (!d->ended) return CIMAGE_OK;
    for (int i = 0; i < d->jpeg.num_components; i++) {
        if (!seen[i]) d->truncated = 1;
        if (!d->jpeg.coef_bits) continue;
        for (int k = 0; k < DCTSIZE2; k++) if (d->jpeg.coef_bits[i][k] != 0) d->truncated = 1;
    }
    return CIMAGE_OK;
}

/// Reads the rows; into `d->target` when there is one. Returns a status.
static int read_rows(decoder *d, const cimage_info *info, message_buffer message) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    int width = (int)jpeg->output_width, height = (int)jpeg->output_height;
    int direct = d->target && target_row(d->target, info, 0) && jpeg->out_color_space == JCS_RGB;
    if (!direct) {
        d->row = malloc((size_t)width * (size_t)jpeg->output_components);
        if (!d->row) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    }
    while (jpeg->output_scanline < jpeg->output_height && !d->truncated) {
        int y = (int)jpeg->output_scanline;
        JSAMPROW row = direct ? target_row(d->target, info, y) : d->row;
        jpeg_read_scanlines(jpeg, &row, 1);
        if (direct || !d->target || !target_wants(d->target, y, height, info->orientation)) continue;
        if (jpeg->out_color_space == JCS_CMYK) convert_cmyk(row, width, jpeg->saw_Adobe_marker);
        target_put(d->target, row, y, width, height, info->orientation);
    }
    if (d->ended && jpeg->arith_code) d->truncated = 1;
    return CIMAGE_OK;
}

/// Whether a file of this size can hold the picture at all: a Huffman-coded block takes two bits or more.
static int is_large_enough(const struct jpeg_decompress_struct *jpeg, int64_t file_size) {
    if (jpeg->arith_code || jpeg->progressive_mode) return 1;
    int64_t blocks = 0;
    for (int i = 0; i < jpeg->num_components; i++) {
        blocks += (int64_t)jpeg->comp_info[i].width_in_blocks * jpeg->comp_info[i].height_in_blocks;
    }
    return file_size >= blocks / 4;
}

static int run(
    decoder *d, decoder_task task, int reduction, int *needs_check, cimage_info *info, message_buffer message
) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    jpeg_set_marker_processor(jpeg, JPEG_APP0 + 1, on_app1);
    jpeg_read_header(jpeg, TRUE);
    describe(d, info);
    int status = check_size(info->width, info->height, message);
    if (status) return status;
    if (!is_large_enough(jpeg, info->file_size)) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    int several = jpeg_has_multiple_scans(jpeg);
    if (task == TASK_HEADER && several) {
        *needs_check = 1;
        return CIMAGE_OK;
    }
    jpeg->mem->max_memory_to_use = CIMAGE_DECODER_MEMORY;
    int four = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = four ? JCS_CMYK : JCS_RGB;
    jpeg->scale_denom = task == TASK_CHECK ? 8 : (unsigned)reduction;
    jpeg->buffered_image = several ? TRUE : FALSE;
    jpeg_start_decompress(jpeg);
    if (task == TASK_HEADER) return CIMAGE_OK;
    if (several) {
        status = read_scans(d, message);
        if (status || task == TASK_CHECK || d->truncated) return status;
        jpeg_start_output(jpeg, jpeg->input_scan_number);
    }
    int turned = info->orientation >= 5;
    info->decoded_width = (int)(turned ? jpeg->output_height : jpeg->output_width);
    info->decoded_height = (int)(turned ? jpeg->output_width : jpeg->output_height);
    if (task == TASK_DECODE) {
        status = target_open(d->target, info, message);
        if (status) return status;
    }
    return read_rows(d, info, message);
}

/// What libjpeg's escape means for the caller.
static int explain(decoder *d, message_buffer message) {
    int code = d->errors.msg_code;
    if (d->ended) return fail(message, CIMAGE_TRUNCATED, TRUNCATED);
    if (code == JERR_OUT_OF_MEMORY) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    if (code == JERR_NO_BACKING_STORE) {
        return fail(message, CIMAGE_TOO_LARGE, "needs more than %ld MB to decode", CIMAGE_DECODER_MEMORY / 1000000);
    }
    if (code == JERR_IMAGE_TOO_BIG) return fail(message, CIMAGE_TOO_LARGE, "is too large: %s", d->text);
    return fail(message, CIMAGE_DAMAGED, "is damaged: %s", d->text);
}

int jpeg_run(
    const uint8_t *bytes, size_t count, decoder_task task, int reduction, int *needs_check, picture_target *target,
    cimage_info *info, message_buffer message
) {
    decoder *d = calloc(1, sizeof(decoder));
    if (!d) return fail(message, CIMAGE_OUT_OF_MEMORY, "does not fit into memory");
    d->jpeg.err = jpeg_std_error(&d->errors);
    d->errors.error_exit = on_error;
    d->errors.emit_message = on_message;
    d->errors.output_message = on_output;
    d->target = task == TASK_DECODE ? target : NULL;
    d->jpeg.client_data = d;
    d->source.init_source = source_start;
    d->source.fill_input_buffer = source_fill;
    d->source.skip_input_data = source_skip;
    d->source.resync_to_restart = jpeg_resync_to_restart;
    d->source.term_source = source_start;
    d->source.next_input_byte = bytes;
    d->source.bytes_in_buffer = count;
    int status;
    if (setjmp(d->escape)) {
        status = explain(d, message);
    } else {
        jpeg_create_decompress(&d->jpeg);
        d->jpeg.client_data = d;
        d->jpeg.src = &d->source;
        status = run(d, task, reduction, needs_check, info, message);
        if (!status && (d->truncated || (task == TASK_HEADER && d->ended))) {
            status = fail(message, CIMAGE_TRUNCATED, TRUNCATED);
        }
    }
    info->warnings = (int)d->errors.num_warnings;
    free(d->row);
    jpeg_destroy_decompress(&d->jpeg);
    free(d);
    return status;
}
