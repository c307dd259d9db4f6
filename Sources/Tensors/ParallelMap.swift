/// The values of `transform` for 0..<`count`, computed on the threads of this process, in order.
public func parallelMap<Value>(_ count: Int, _ transform: (Int) -> Value) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let base = buffer.baseAddress {
            parallel(tasks: count) { index in (base + index).initialize(to: transform(index)) }
        }
        initialized = count
    }
}
