// Sums of numbers in 16 bits: what a rank adds by itself and what MPI adds on its way are the same function, so that the
// bits of a sum do not tell who added.
//
// Every sum is taken in single precision and rounded to nearest, ties to even. Every NaN is the same one.
#ifndef CNARROW_H
#define CNARROW_H

#include <stddef.h>
#include <stdint.h>

// bfloat16: the upper half of a float; its range, 8 bits of precision.
void cnarrow_pack_bfloat16(const float *source, uint16_t *packed, size_t count);
void cnarrow_unpack_bfloat16(const uint16_t *packed, float *values, size_t count);
// sum[i] = earlier[i] + sum[i]
void cnarrow_add_bfloat16(const uint16_t *earlier, uint16_t *sum, size_t count);

// IEEE 754 binary16: 11 bits of precision, infinite from 65520 on. Values are multiplied by `scale` when they are packed
// and when they are unpacked.
void cnarrow_pack_float16(const float *source, uint16_t *packed, size_t count, float scale);
void cnarrow_unpack_float16(const uint16_t *packed, float *values, size_t count, float scale);
void cnarrow_add_float16(const uint16_t *earlier, uint16_t *sum, size_t count);

#endif
