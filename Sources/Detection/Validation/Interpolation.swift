/// Value at `x` of the line through points with ascending abscissae, constant beyond both ends unless told otherwise.
///
/// Where abscissae repeat, the last point counts.
struct Interpolation {
    private let abscissae: [Double]
    private let ordinates: [Double]
    private let left: Double

    /// - Parameter left: value below the first abscissa; nil for that of the first point.
    init(_ abscissae: [Double], _ ordinates: [Double], left: Double? = nil) {
        precondition(abscissae.count == ordinates.count && !abscissae.isEmpty, "points to interpolate")
        self.abscissae = abscissae
        self.ordinates = ordinates
        self.left = left ?? ordinates[0]
    }

    func callAsFunction(_ x: Double) -> Double {
        // Number of abscissae that are at most x.
        var low = 0
        var high = abscissae.count
        while low < high {
            let middle = (low + high) / 2
            if abscissae[middle] <= x { low = middle + 1 } else { high = middle }
        }
        if low == 0 { return left }
        let j = low - 1
        if low == abscissae.count || abscissae[j] == x { return ordinates[j] }
        let slope = (ordinates[j + 1] - ordinates[j]) / (abscissae[j + 1] - abscissae[j])
        return slope * (x - abscissae[j]) + ordinates[j]
    }
}

/// `count` equally spaced numbers from 0 to 1.
func unitSpace(_ count: Int) -> [Double] {
    let step = 1 / Double(count - 1)
    return (0..<count).map { $0 == count - 1 ? 1 : Double($0) * step }
}
