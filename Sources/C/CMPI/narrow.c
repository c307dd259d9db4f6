#include "cnarrow.h"

#include <string.h>

// Where there is AVX2 there is F16C, and the program does not start without AVX2.
#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,f16c")))
#else
#define FAST
#endif
#define INLINED FAST static inline __attribute__((always_inline))

INLINED float widened_bfloat16(uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

INLINED uint16_t narrowed_bfloat16(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    uint32_t rounded = (word + 0x7FFF + (word >> 16 & 1)) >> 16;
    return (uint16_t)(value != value ? 0x7FC0 : rounded);
}

INLINED float widened_float16(uint16_t bits) {
    _Float16 half;
    memcpy(&half, &bits, sizeof half);
    return (float)half;
}

INLINED uint16_t narrowed_float16(float value) {
    _Float16 half = (_Float16)value;
    uint16_t bits;
    memcpy(&bits, &half, sizeof bits);
    return value != value ? 0x7E00 : bits;
}

FAST void cnarrow_pack_bfloat16(const float *restrict source, uint16_t *restrict packed, size_t count) {
    for (size_t i = 0; i < count; i++) packed[i] = narrowed_bfloat16(source[i]);
}

FAST void cnarrow_unpack_bfloat16(const uint16_t *restrict packed, float *restrict values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = widened_bfloat16(packed[i]);
}

FAST void cnarrow_add_bfloat16(const uint16_t *restrict earlier, uint16_t *restrict sum, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] = narrowed_bfloat16(widened_bfloat16(earlier[i]) + widened_bfloat16(sum[i]));
}

FAST void cnarrow_pack_float16(
    const float *restrict source, uint16_t *restrict packed, size_t count, float scale) {
    for (size_t i = 0; i < count; i++) packed[i] = narrowed_float16(source[i] * scale);
}

FAST void cnarrow_unpack_float16(
    const uint16_t *restrict packed, float *restrict values, size_t count, float scale) {
    for (size_t i = 0; i < count; i++) values[i] = widened_float16(packed[i]) * scale;
}

FAST void cnarrow_add_float16(const uint16_t *restrict earlier, uint16_t *restrict sum, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] = narrowed_float16(widened_float16(earlier[i]) + widened_float16(sum[i]));
}
