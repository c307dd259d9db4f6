/// Something computed from weights, kept until they change.
final class Derived<Value> {
    private var kept: (version: Int, value: Value)?

    /// The value for this version of the weights.
    func value(version: Int, _ make: () -> Value) -> Value {
        if let kept, kept.version == version { return kept.value }
        kept = nil
        let value = make()
        kept = (version, value)
        return value
    }
}
