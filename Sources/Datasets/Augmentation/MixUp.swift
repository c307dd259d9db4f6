import Tensors

/// Two samples of equal extent seen through each other.
///
/// Source: spec of the data sets, section 7.
func mixed(_ first: Sample, _ second: Sample, share: Double) -> Sample {
    let picture = Picture(height: first.picture.height, width: first.picture.width)
    let a = UnsafeRawPointer(first.picture.pixels), b = UnsafeRawPointer(second.picture.pixels)
    let target = UnsafeMutableRawPointer(picture.pixels)
    let share = SIMD8<Float>(repeating: Float(share)), rest = 1 - share
    // The last vector ends in the spare bytes.
    for i in stride(from: 0, to: picture.byteCount, by: 8) {
        let x = SIMD8<Float>(a.loadUnaligned(fromByteOffset: i, as: SIMD8<UInt8>.self))
        let y = SIMD8<Float>(b.loadUnaligned(fromByteOffset: i, as: SIMD8<UInt8>.self))
        let value = SIMD8<UInt8>(truncatingIfNeeded: nearestIntegers(floored(x * share + y * rest)))
        target.storeBytes(of: value, toByteOffset: i, as: SIMD8<UInt8>.self)
    }
    return Sample(
        picture: picture, objects: first.objects + second.objects,
        hasPolygons: first.hasPolygons || second.hasPolygons)
}
