import Foundation
import Tensors

/// Where the joints of a figure are, in heights of a standing person: x to the right, y up from the feet.
struct Pose {
    typealias Chain = (Point, Point, Point)

    let facing: Float
    let hip: Point
    let neck: Point
    let head: Point
    let nearArm: Chain
    let farArm: Chain
    let nearLeg: Chain
    let farLeg: Chain
    /// Radius of a shin.
    let girth: Float
    /// Radius of the chest.
    let shoulder: Float

    init(_ posture: Person.Posture, _ random: inout RandomStream) {
        facing = random.sign()
        girth = random.real(0.026, 0.036)
        shoulder = random.real(0.085, 0.115)
        let bearing = Bearing(posture, &random)
        let (lift, bow, stride) = (bearing.lift, bearing.bow, bearing.stride)
        let (swing, raise) = (bearing.swing, bearing.raise)
        let face = facing
        let hip = Point(0, lift)
        let neck = hip + Point(sin(bow) * face, cos(bow)) * 0.34
        self.hip = hip
        self.neck = neck
        head = neck + Point(sin(bow * 0.7) * face, cos(bow * 0.7)) * 0.09
        let spread = random.real(0.0, 0.07)
        func arm(_ angle: Float, _ bend: Float, _ side: Float) -> Chain {
            let start = neck + Point(side * (0.05 + spread * 0.4) * face, -0.03)
            let elbow = start + Point(sin(angle) * face, -cos(angle)) * 0.17
            return (start, elbow, elbow + Point(sin(angle + bend) * face, -cos(angle + bend)) * 0.16)
        }
        nearArm = arm(raise > 0 ? raise : swing, raise > 0 ? 0.3 : random.real(0.1, 0.9), -1)
        farArm = arm(-swing * 0.8 + bow, random.real(0.1, 0.8), 1)
        func leg(_ reach: Float, _ side: Float) -> Chain {
            let start = hip + Point(side * 0.03 * face, 0)
            let kick: Float = posture == .running ? 0.4 : 0.05
            let foot = Point(reach * face + side * spread * 0.5, 0.02 + max(-reach, 0) * kick)
            let half = (start + foot) * 0.5
            let gap = foot - start
            let reachable = max(0.0676 - (gap * gap).sum() * 0.25, 0).squareRoot()
            return (start, half + Point(face * reachable, reachable * 0.25) * (lift < 0.4 ? 1 : 0.4), foot)
        }
        nearLeg = leg(posture == .sitting ? stride : stride * 0.9, -1)
        farLeg = leg(posture == .sitting ? stride * 0.8 : -stride * 0.9, 1)
    }
}

/// How a posture holds the body: angles in radians, lengths in heights.
private struct Bearing {
    /// Height of the hip.
    var lift: Float = 0.5
    /// How far the back leans forward.
    var bow: Float
    var stride: Float
    /// Angle of the near arm.
    var swing: Float
    /// Angle of a raised arm; 0 when none is.
    var raise: Float = 0

    init(_ posture: Person.Posture, _ random: inout RandomStream) {
        bow = random.real(-0.05, 0.1)
        stride = random.real(0.02, 0.12)
        swing = random.real(-0.15, 0.3)
        switch posture {
        case .standing: break
        case .walking:
            stride = random.real(0.15, 0.3)
            swing = random.real(0.3, 0.6)
        case .running:
            stride = random.real(0.3, 0.45)
            swing = random.real(0.7, 1.1)
            bow = random.real(0.15, 0.4)
        case .crouching:
            lift = random.real(0.22, 0.32)
            bow = random.real(0.3, 0.8)
            swing = random.real(0.3, 1)
        case .sitting:
            lift = random.real(0.1, 0.2)
            bow = random.real(-0.2, 0.2)
            stride = random.real(0.2, 0.4)
        case .waving: raise = random.real(2.2, 2.9)
        case .working:
            bow = random.real(0.35, 0.9)
            lift = random.real(0.42, 0.5)
            swing = random.real(0.4, 1)
        }
    }
}
