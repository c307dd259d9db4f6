/// Indices of the `limit` largest values, largest first, equal values by index; NaN counts as smallest.
public func descendingOrder(of values: [Float], limit: Int) -> [Int] {
    precondition(values.count < Int(UInt32.max), "too many values")
    let last = UInt64(UInt32.max)
    var keys = values.enumerated().map { index, value in orderedBits(value) << 32 | (last - UInt64(index)) }
    let limit = min(max(limit, 0), keys.count)
    if limit < keys.count / 4 { keys = largestKeys(keys, count: limit) }
    keys.sort(by: >)
    return keys.prefix(limit).map { Int(last - ($0 & last)) }
}

/// 32 bits that order as the values do.
private func orderedBits(_ value: Float) -> UInt64 {
    if value.isNaN { return 0 }
    let bits = (value + 0).bitPattern  // −0 becomes 0.
    return UInt64(bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits)
}

/// The `count` largest keys in any order: a bounded list that is cut back whenever it has doubled.
private func largestKeys(_ keys: [UInt64], count: Int) -> [UInt64] {
    guard count > 0 else { return [] }
    var kept: [UInt64] = []
    kept.reserveCapacity(2 * count)
    var threshold: UInt64 = 0
    for key in keys where key >= threshold {
        kept.append(key)
        if kept.count == 2 * count {
            kept.sort(by: >)
            kept.removeLast(count)
            threshold = kept[count - 1]
        }
    }
    return kept
}
