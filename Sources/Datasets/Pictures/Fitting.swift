/// The extent a picture is loaded at: its longer side, relative to the target, fills the target.
///
/// Source: spec of the data sets, section 4; for a target that is not square, the largest extent within it.
public func fittedExtent(
    height: Int, width: Int, into target: (height: Int, width: Int)
) -> (height: Int, width: Int) {
    let ratio = min(Double(target.height) / Double(height), Double(target.width) / Double(width))
    if ratio == 1 { return (height, width) }
    return (
        min(Int((Double(height) * ratio).rounded(.up)), target.height),
        min(Int((Double(width) * ratio).rounded(.up)), target.width)
    )
}

/// How many pixels of a side a decoder may make one, so that the picture still is at least as large as `target`.
func largestReduction(from source: (height: Int, width: Int), to target: (height: Int, width: Int)) -> Int {
    [8, 4, 2].first { target.height * $0 <= source.height && target.width * $0 <= source.width } ?? 1
}
