import Foundation

extension Progress {
    /// Exponent of the power of two that gradients are multiplied by before they are rounded to binary16.
    ///
    /// The last sound step's gradient would get a norm of 256 to 512: none of its values is above, a shard's own would have
    /// to be 128 times as large to become infinite, and what is rounded away to nothing is below 2⁻³³ of the norm. An
    /// infinite sum is a step that is skipped, and a skipped step divides the scale by 16. All of this is the same on all
    /// ranks, and in the checkpoint.
    var halfExponent: Int {
        let fit = gradientNorm.map { $0.isFinite && $0 > 0 ? 9 - Int(log2($0).rounded(.up)) : 0 } ?? 0
        return min(max(fit - 4 * skippedInARow, -100), 100)
    }
}
