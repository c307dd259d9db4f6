import Tensors

/// The first `count` lanes (all, when there are at least eight).
@inline(__always)
func lanes(_ count: Int) -> SIMDMask<SIMD8<Int32>> {
    SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(min(count, 8))
}

/// Up to eight floats; missing ones are 0.
@inline(__always)
func loadLanes(_ pointer: UnsafePointer<Float>, count: Int) -> SIMD8<Float> {
    if count >= 8 { return load8(pointer) }
    var result = SIMD8<Float>()
    for lane in 0..<count { result[lane] = pointer[lane] }
    return result
}

/// Adds the first `count` lanes to memory.
@inline(__always)
func addLanes(_ value: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count >= 8 {
        store8(load8(pointer) + value, to: pointer)
    } else {
        for lane in 0..<count { pointer[lane] += value[lane] }
    }
}
