extension TensorRecord {
    /// Whether offset, sizes and strides stay inside the claimed number of elements, without any overflow.
    var fitsStorage: Bool {
        guard offset >= 0, let count = shape.productOfSizes() else { return false }
        if count == 0 { return offset <= storage.count }
        var last = offset
        for (size, stride) in zip(shape, strides) {
            guard stride >= 0 else { return false }
            let (reach, first) = (size - 1).multipliedReportingOverflow(by: stride)
            let (next, second) = last.addingReportingOverflow(reach)
            if first || second { return false }
            last = next
        }
        return last < storage.count
    }

    private var isRowMajor: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            if stride != expected { return false }
            expected *= size
        }
        return true
    }

    /// The elements in row-major order; the layout must fit the storage.
    func rowMajorBytes(from storage: [UInt8], elementSize: Int) -> [UInt8] {
        // Not a plain product: where one size is 0 the others may be anything.
        guard let count = shape.productOfSizes(), count > 0 else { return [] }
        if isRowMajor {
            let begin = offset * elementSize
            let end = begin + count * elementSize
            return begin == 0 && end == storage.count ? storage : Array(storage[begin..<end])
        }
        return storage.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: count * elementSize) { target, filled in
                let target = UnsafeMutableRawBufferPointer(target)
                var index = [Int](repeating: 0, count: shape.count)
                var position = offset
                for element in 0..<count {
                    for byte in 0..<elementSize {
                        target[element * elementSize + byte] = source[position * elementSize + byte]
                    }
                    advance(&index, &position)
                }
                filled = count * elementSize
            }
        }
    }

    /// Steps to the next element in row-major order.
    private func advance(_ index: inout [Int], _ position: inout Int) {
        for axis in index.indices.reversed() {
            index[axis] += 1
            position += strides[axis]
            if index[axis] < shape[axis] { return }
            position -= index[axis] * strides[axis]
            index[axis] = 0
        }
    }
}
