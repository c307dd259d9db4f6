import Tensors

/// The first `count` lanes; the others as 0.
@inline(__always)
func keepLanes(_ value: SIMD8<Float>, count: Int) -> SIMD8<Float> {
    if count >= 8 { return value }
    var result = SIMD8<Float>()
    for lane in 0..<count { result[lane] = value[lane] }
    return result
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
