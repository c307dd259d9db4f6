extension Weights {
    /// Values of an entry in the order of files, from the weights or from a buffer laid out like them.
    public func read(_ entry: Entry, from buffer: FlatBuffer? = nil) -> [Float] {
        switch entry.content {
        case .parameter(let parameter): fileOrder(entry, (buffer ?? values).pointer + parameter.range.lowerBound)
        case .statistic(let statistic): fileOrder(entry, (buffer ?? values).pointer + statistic.range.lowerBound)
        case .counter: [Float(stepsTracked)]
        case .constant(let numbers): numbers
        }
    }

    /// Sets the values of an entry from the order of files; constants are left alone.
    public func write(_ entry: Entry, _ numbers: [Float], to buffer: FlatBuffer? = nil) {
        precondition(numbers.count == entry.count, "\(entry.name): \(numbers.count) values for shape \(entry.shape)")
        let target = (buffer ?? values).pointer
        switch entry.content {
        case .parameter(let parameter): memoryOrder(entry, numbers, target + parameter.range.lowerBound)
        case .statistic(let statistic): memoryOrder(entry, numbers, target + statistic.range.lowerBound)
        case .counter: stepsTracked = Weights.steps(numbers[0])
        case .constant: break
        }
        didChange()
    }

    /// A count that a file may hold in any type; what is no count (an overflow in 16 bits) begins anew, as nothing is
    /// computed from it.
    public static func steps(_ stored: Float) -> Int { Int(exactly: stored.rounded()) ?? 0 }

    private func fileOrder(_ entry: Entry, _ source: UnsafePointer<Float>) -> [Float] {
        guard entry.isConvolution else { return Array(UnsafeBufferPointer(start: source, count: entry.count)) }
        let inputs = entry.shape[1]
        let area = entry.shape[2] * entry.shape[3]
        return [Float](unsafeUninitializedCapacity: entry.count) { result, count in
            for o in 0..<entry.shape[0] {
                for i in 0..<inputs {
                    for k in 0..<area { result[(o * inputs + i) * area + k] = source[(o * area + k) * inputs + i] }
                }
            }
            count = entry.count
        }
    }

    private func memoryOrder(_ entry: Entry, _ numbers: [Float], _ target: UnsafeMutablePointer<Float>) {
        guard entry.isConvolution else {
            target.update(from: numbers, count: numbers.count)
            return
        }
        let inputs = entry.shape[1]
        let area = entry.shape[2] * entry.shape[3]
        numbers.withUnsafeBufferPointer { numbers in
            for o in 0..<entry.shape[0] {
                for i in 0..<inputs {
                    for k in 0..<area { target[(o * area + k) * inputs + i] = numbers[(o * inputs + i) * area + k] }
                }
            }
        }
    }
}
