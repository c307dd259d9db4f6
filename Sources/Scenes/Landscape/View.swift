import Tensors

/// Where the camera stands: what a metre on the ground is in pixels.
struct View {
    let width: Float
    let height: Float
    /// Row of the horizon; above the picture when the camera looks down.
    let horizon: Float
    /// Metres of the camera above the ground.
    let eye: Float
    /// Metres across the field of view at one metre distance, in pixels.
    let focal: Float
    /// How much of a roof is seen: 0 from the ground, towards 1 from above.
    let tilt: Float

    init(width: Int, height: Int, _ random: inout RandomStream) {
        self.width = Float(width)
        self.height = Float(height)
        let high = Float(height)
        switch random.uniform() {
        case ..<0.18: horizon = high * random.real(-0.5, 0.05)
        case ..<0.75: horizon = high * random.real(0.25, 0.55)
        default: horizon = high * random.real(0.55, 0.8)
        }
        let person = high * random.scale(0.13, 1.0)
        eye = 1.75 * (high - horizon) / person
        focal = high * random.scale(0.9, 2.2)
        let down = max(high * 0.5 - horizon, 0) / focal
        tilt = min(0.75, down * random.real(0.6, 1.0) + min(eye, 12) * 0.012)
    }

    /// Pixels of a metre that stands on the ground at this row.
    func metre(at row: Float) -> Float { max(row - horizon, 0.5) / eye }

    /// Metres between the camera and the ground at this row.
    func depth(at row: Float) -> Float { focal * eye / max(row - horizon, 0.5) }

    /// The row where a metre has this many pixels.
    func row(whereMetreIs pixels: Float) -> Float { horizon + pixels * eye }

    /// First row of the ground on the canvas.
    var ground: Float { max(horizon, 0) }
}
