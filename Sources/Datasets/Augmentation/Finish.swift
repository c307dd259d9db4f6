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
        let planes = UnsafeMutablePointer<Float>.allocate(capacity: 3 * (picture.width + 8))
        planes.initialize(repeating: 0, count: 3 * (picture.width + 8))
        defer { planes.deallocate() }
        for y in 0..<picture.height {
            let source = picture.row(flipsVertically ? picture.height - 1 - y : y)
            let row = target + y * picture.rowBytes
            if isPlain {
                convert(source, to: row, count: picture.rowBytes)
            } else {
                write(source, width: picture.width, planes: planes, to: row)
            }
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

    private func write(
        _ source: UnsafeMutablePointer<UInt8>, width: Int, planes: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>
    ) {
        let stride = width + 8
        let r = planes, g = planes + stride, b = planes + 2 * stride
        for x in 0..<width {
            r[x] = Float(source[3 * x])
            g[x] = Float(source[3 * x + 1])
            b[x] = Float(source[3 * x + 2])
        }
        for x in Swift.stride(from: 0, to: width, by: 8) {
            var (red, green, blue) = (load8(r + x), load8(g + x), load8(b + x))
            jitter?.apply(&red, &green, &blue)
            store8(red / 255, to: r + x)
            store8(green / 255, to: g + x)
            store8(blue / 255, to: b + x)
        }
        let first = reversesChannels ? b : r, last = reversesChannels ? r : b
        for x in 0..<width {
            let pixel = target + 3 * (flipsHorizontally ? width - 1 - x : x)
            pixel[0] = first[x]
            pixel[1] = g[x]
            pixel[2] = last[x]
        }
    }
}
