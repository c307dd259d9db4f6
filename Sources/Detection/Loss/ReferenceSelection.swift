/// The indices of the largest values, with ties broken exactly as the reference breaks them.
///
/// Objects often have fewer anchors of any merit than places for them, and the reference fills the rest with whatever
/// its selection leaves in front. Such anchors count nothing by themselves, but they make objects compete for an anchor,
/// so in crowded images they decide who gets it. PyTorch's `topk` goes through C++'s `partial_sort` or `nth_element`;
/// here are the algorithms behind these two in libstdc++: a heap, and selection by partitions (Musser, "Introspective
/// sorting and selection algorithms", 1997).
struct ReferenceSelection {
    private var items: [(value: Float, index: Int)]

    /// `count` indices in no particular order; all of them when there are not more.
    static func largest(_ count: Int, of values: [Float]) -> [Int] {
        if values.count <= count { return Array(values.indices) }
        var selection = ReferenceSelection(items: values.enumerated().map { ($1, $0) })
        if 64 * count <= values.count {
            selection.selectByHeap(0, count, values.count)
        } else {
            selection.selectByPartition(count - 1)
        }
        return selection.items.prefix(count).map(\.index)
    }

    private func isAhead(_ a: Int, _ b: Int) -> Bool { items[a].value > items[b].value }

    /// Brings what belongs at `place` there, larger values before it, smaller behind.
    private mutating func selectByPartition(_ place: Int) {
        var low = 0
        var high = items.count
        var patience = 2 * (Int.bitWidth - 1 - items.count.leadingZeroBitCount)
        while high - low > 3 {
            if patience == 0 {
                selectByHeap(low, place + 1, high)
                return items.swapAt(low, place)
            }
            patience -= 1
            let cut = partition(low, high)
            if cut <= place { low = cut } else { high = cut }
        }
        for index in low..<high {
            var hole = index
            while hole > low, isAhead(hole, hole - 1) {
                items.swapAt(hole, hole - 1)
                hole -= 1
            }
        }
    }

    /// Divides a range by the median of three of its values, which goes first; returns where the second part starts.
    private mutating func partition(_ low: Int, _ high: Int) -> Int {
        items.swapAt(low, middle(low + 1, low + (high - low) / 2, high - 1))
        var left = low + 1
        var right = high
        while true {
            while isAhead(left, low) { left += 1 }
            right -= 1
            while isAhead(low, right) { right -= 1 }
            if left >= right { return left }
            items.swapAt(left, right)
            left += 1
        }
    }

    /// The place of the median.
    private func middle(_ a: Int, _ b: Int, _ c: Int) -> Int {
        if isAhead(a, b) { return isAhead(b, c) ? b : (isAhead(a, c) ? c : a) }
        return isAhead(a, c) ? a : (isAhead(b, c) ? c : b)
    }

    /// Brings the largest of a range to its front, before `middle`, as a heap with the smallest on top.
    private mutating func selectByHeap(_ low: Int, _ middle: Int, _ high: Int) {
        let count = middle - low
        for place in stride(from: (count - 2) / 2, through: 0, by: -1) where count > 1 {
            sink(items[low + place], from: place, low: low, count: count)
        }
        for index in middle..<high where isAhead(index, low) {
            let value = items[index]
            items[index] = items[low]
            sink(value, from: 0, low: low, count: count)
        }
    }

    /// Puts a value into a heap whose place `hole` is free: down to the bottom, then up to where it belongs.
    private mutating func sink(_ value: (value: Float, index: Int), from top: Int, low: Int, count: Int) {
        var hole = top
        while 2 * hole + 1 < count {
            var child = 2 * hole + 2
            if child == count || isAhead(low + child, low + child - 1) { child -= 1 }
            items[low + hole] = items[low + child]
            hole = child
        }
        while hole > top, items[low + (hole - 1) / 2].value > value.value {
            items[low + hole] = items[low + (hole - 1) / 2]
            hole = (hole - 1) / 2
        }
        items[low + hole] = value
    }
}
