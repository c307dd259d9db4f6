import Foundation

/// Places along an axis that have numbers.
public enum Ticks {
    /// Round numbers within a range, about as many as asked for.
    public static func round(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite, count > 0 else { return [range.lowerBound] }
        let raw = span / Double(count)
        let power = pow(10, floor(log10(raw)))
        let step = power * ([1, 2, 2.5, 5, 10].first { $0 * power >= raw * 0.999 } ?? 10)
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        return first > last ? [] : (first...last).map { Double($0) * step }
    }

    /// A number as short as its neighbours allow.
    ///
    /// - Parameter step: distance of neighbours.
    public static func label(_ value: Double, step: Double) -> String {
        if abs(value) >= 1e5 || (value != 0 && abs(value) < 1e-3) {
            let text = String(format: "%.2g", value)
            return text.replacingOccurrences(of: "e-0", with: "e-").replacingOccurrences(of: "e+0", with: "e")
        }
        var digits = 0
        while digits < 6, abs(step * pow(10, Double(digits))).truncatingRemainder(dividingBy: 1) > 1e-6,
            1 - abs(step * pow(10, Double(digits))).truncatingRemainder(dividingBy: 1) > 1e-6
        {
            digits += 1
        }
        return String(format: "%.\(digits)f", value == 0 ? 0 : value)
    }
}
