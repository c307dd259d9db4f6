import Tensors

/// The last pass over a picture: colours, flips, order of channels, and floats in 0…1.
struct Finish {
    var jitter: ColorJitter?
    var flipsVertically = false
    var flipsHorizontally = false
    /// Blue first.
    var reversesChannels = false

    /// Writes `height × width × 3` floats.
    func write(_ picture: Picture, to target: UnsafeMutablePointer<Float>) {
        let isPlain = jitter == nil && !flipsHorizontally && !reversesChannels
        let planes = RowPlanes(width: picture.width)
        defer { planes.deallocate() }
        for y in 0..<picture.height {
            let source = picture.row(flipsVertically ? picture.height - 1 - y : y)
            let row = target + y * picture.rowBytes
            if isPlain {
                convert(source, to: row, count: picture.rowBytes)
                continue
            }
            planes.take(source)
            if let jitter { planes.change(jitter) }
            planes.give(to: row, turned: flipsHorizontally, blueFirst: reversesChannels)
        }
    }

    /// Moves labels the way the flips move pixels.
    func apply(to sample: inout Sample) {
        let width = Float(sample.picture.width), height = Float(sample.picture.height)
        for i in sample.objects.indices {
            let box = sample.objects[i].box
            if flipsVertically {
                sample.objects[i].box = SIMD4(box.x, height - box.w, box.z, height - box.y)
            }
            let turned = sample.objects[i].box
            if flipsHorizontally {
                sample.objects[i].box = SIMD4(width - turned.z, turned.y, width - turned.x, turned.w)
            }
        }
    }

    private func convert(
        _ source: UnsafeMutablePointer<UInt8>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        let bytes = UnsafeRawPointer(source)
        var i = 0
        while i + 8 <= count {
            store8(SIMD8<Float>(bytes.loadUnaligned(fromByteOffset: i, as: SIMD8<UInt8>.self)) / 255, to: target + i)
            i += 8
        }
        while i < count {
            target[i] = Float(source[i]) / 255
            i += 1
        }
    }
}
