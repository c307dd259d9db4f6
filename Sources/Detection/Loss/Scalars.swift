import Foundation

/// Natural logarithm.
@inline(__always)
func logarithm(_ x: Float) -> Float { log(x) }

/// Angle whose tangent is `x`.
@inline(__always)
func arctangent(_ x: Float) -> Float { atan(x) }
