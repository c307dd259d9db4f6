#ifndef CIMAGE_H
#define CIMAGE_H

#include <stddef.h>
#include <stdint.h>

/// Pictures to and from 8-bit RGB: JPEG, PNG, TIFF and WebP over libjpeg(-turbo), libpng, libtiff and libwebp; plain BMP.
///
/// Every function is thread-safe, keeps no state, prints nothing and never exits. A failure returns a status other than
/// CIMAGE_OK and writes what is wrong, without the file's name, into `message`.

enum {
    CIMAGE_OK = 0,
    /// The file is missing, unreadable or no regular file.
    CIMAGE_CANNOT_OPEN = 1,
    /// Not a picture of a kind that is read.
    CIMAGE_UNKNOWN_FORMAT = 2,
    /// The file ends before the picture does.
    CIMAGE_TRUNCATED = 3,
    /// The bytes break the rules of their format.
    CIMAGE_DAMAGED = 4,
    /// The picture is beyond one of the limits below.
    CIMAGE_TOO_LARGE = 5,
    CIMAGE_OUT_OF_MEMORY = 6,
    CIMAGE_CANNOT_WRITE = 7
};

enum { CIMAGE_JPEG = 1, CIMAGE_PNG = 2, CIMAGE_BMP = 3, CIMAGE_TIFF = 4, CIMAGE_WEBP = 5 };

/// Limits: what an honest picture never needs.
#define CIMAGE_LARGEST_SIDE 32768
#define CIMAGE_LARGEST_PIXELS 100000000LL
/// A WebP is unpacked as a whole, into four bytes a pixel.
#define CIMAGE_LARGEST_WEBP_PIXELS 36000000LL
#define CIMAGE_LARGEST_FILE 536870912LL
#define CIMAGE_DECODER_MEMORY 500000000L
#define CIMAGE_SCANS 200
/// Pixels times scans of a progressive JPEG: time, as the file size limits nothing there.
#define CIMAGE_SCANNED_PIXELS 4000000000LL
#define CIMAGE_PNG_CHUNK_BYTES 8000000
#define CIMAGE_PNG_CHUNKS 128

#define CIMAGE_MESSAGE_SIZE 256

typedef struct {
    /// CIMAGE_JPEG or another of these, by content.
    int format;
    /// Extent after EXIF rotation.
    int width;
    int height;
    /// Components as stored: 1 gray or palette, 2 gray and alpha, 3, 4.
    int components;
    int bit_depth;
    /// EXIF orientation, 1 to 8.
    int orientation;
    /// Extent of the decoded pixels; smaller than the picture's where it was decoded at a reduced size.
    int decoded_width;
    int decoded_height;
    /// Recoverable faults met so far.
    int warnings;
    int64_t file_size;
} cimage_info;

/// Reads the header, and as much more as tells that the picture is whole: the end of a JPEG, the chunk sums
/// of a PNG, where the pixels of others lie.
int cimage_probe(const char *path, cimage_info *info, char *message, size_t message_size);

/// Bytes after a decoded picture that may be read (their values mean nothing), so that pixels can be read by fours.
#define CIMAGE_SPARE_BYTES 32

/// Reads a whole file; release with `cimage_free`.
int cimage_read_file(const char *path, uint8_t **bytes, size_t *count, char *message, size_t message_size);

/// Decodes a file's bytes to `info->decoded_height` rows of `info->decoded_width` RGB pixels, upright; release with
/// `cimage_free`.
///
/// Alpha is dropped, 16-bit values keep their high byte, gray and palettes are expanded, CMYK is converted.
///
/// `reduction` is 1, 2, 4 or 8: a JPEG is decoded at that part of its size, each side rounded up, which takes a fraction
/// of the arithmetic and averages what it leaves out; others come whole. Decoded pixel (x, y) covers the square of side
/// `reduction` at (x, y) · `reduction` of the picture as it is stored.
int cimage_decode_bytes(
    const uint8_t *bytes, size_t count, int reduction, uint8_t **rgb, cimage_info *info, char *message,
    size_t message_size);

/// Pixels of a picture that are wanted: those of some of its columns in some of its rows.
typedef struct {
    /// Extent of the upright picture that they are picked from.
    int width;
    int height;
    /// In ascending order, each once.
    const int32_t *rows;
    const int32_t *columns;
    int row_count;
    int column_count;
    /// Gets `row_count` rows of `column_count` RGB pixels.
    uint8_t *rgb;
} cimage_pick;

/// Decodes a file's bytes, and keeps of them what is picked: the memory is that of a few rows where the format allows it.
int cimage_decode_picks(
    const uint8_t *bytes, size_t count, const cimage_pick *picks, int pick_count, cimage_info *info, char *message,
    size_t message_size);

/// Reads the header from a file's bytes.
int cimage_describe_bytes(
    const uint8_t *bytes, size_t count, cimage_info *info, char *message, size_t message_size);

/// Writes a JPEG (quality 1 to 100); an existing file is replaced. Nothing stays behind after a failure.
int cimage_write_jpeg(
    const char *path, const uint8_t *rgb, int width, int height, int quality, char *message, size_t message_size);

/// Encodes a JPEG to memory; release with `cimage_free`.
int cimage_encode_jpeg(
    const uint8_t *rgb, int width, int height, int quality, uint8_t **bytes, size_t *count, char *message,
    size_t message_size);

void cimage_free(void *pointer);

#endif
