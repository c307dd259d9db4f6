import Tensors

/// The hour, the weather and what they do to colours.
struct Air {
    enum Hour { case day, overcast, dusk, sunrise, night, smoky }

    let hour: Hour
    let zenith: Color
    let horizon: Color
    /// Colour of far things.
    let haze: Color
    /// Multiplies every surface.
    let light: Color
    /// Brightness of the side that looks away from the sun.
    let shade: Float
    /// Metres after which half of a colour is haze.
    let sight: Float
    /// -1: the sun stands left, 1: right.
    let side: Float
    let cloudiness: Float

    init(_ random: inout RandomStream) {
        let hours: [(Hour, Double)] = [
            (.day, 0.34), (.overcast, 0.52), (.dusk, 0.64), (.sunrise, 0.73), (.night, 0.9), (.smoky, 1),
        ]
        let draw = random.uniform()
        let hour = hours.first { draw < $0.1 }?.0 ?? .day
        self.hour = hour
        let sky = Air.sky(hour, &random)
        zenith = random.vary(sky.zenith, by: 0.12)
        horizon = random.vary(sky.horizon, by: 0.12)
        let light = random.vary(sky.light, by: 0.08).times(random.real(0.85, 1.12))
        self.light = light
        haze = mix(horizon, light.times(0.8), random.real(0, 0.3))
        shade = hour == .overcast || hour == .smoky ? random.real(0.7, 0.95) : random.real(0.4, 0.75)
        sight = random.chance(0.15) ? random.scale(60, 250) : random.scale(300, 9000)
        side = random.sign() * random.real(0.3, 1)
        cloudiness = hour == .overcast ? random.real(0.6, 1) : max(random.real(-0.3, 0.9), 0)
    }

    private static func sky(
        _ hour: Hour, _ random: inout RandomStream
    ) -> (zenith: Color, horizon: Color, light: Color) {
        switch hour {
        case .day: return (rgb(0.25, 0.47, 0.8), rgb(0.7, 0.82, 0.92), rgb(1, 0.98, 0.93))
        case .overcast: return (rgb(0.52, 0.55, 0.59), rgb(0.7, 0.72, 0.74), rgb(0.75, 0.77, 0.8))
        case .dusk:
            let warm = random.pick([rgb(0.95, 0.5, 0.25), rgb(0.85, 0.45, 0.5), rgb(0.95, 0.65, 0.35)])
            return (rgb(0.15, 0.18, 0.36), warm, rgb(0.5, 0.4, 0.4))
        case .sunrise: return (rgb(0.4, 0.52, 0.75), rgb(0.98, 0.78, 0.55), rgb(0.95, 0.78, 0.62))
        case .night:
            let dark = random.real(0.6, 2.2)
            let moon = rgb(0.24, 0.26, 0.34).times(random.real(0.8, 1.5))
            return (rgb(0.02, 0.03, 0.07).times(dark), rgb(0.07, 0.09, 0.15).times(dark), moon)
        case .smoky: return (rgb(0.5, 0.36, 0.24), rgb(0.8, 0.58, 0.34), rgb(0.8, 0.6, 0.42))
        }
    }

    var isDark: Bool { hour == .night || hour == .dusk }

    /// How much a flame or a bolt lights its surroundings.
    var glare: Float {
        switch hour {
        case .night: 1
        case .dusk: 0.7
        case .smoky, .overcast: 0.35
        default: 0.2
        }
    }

    /// A surface at a distance of `depth` metres.
    func lit(_ color: Color, depth: Float) -> Color { hazed(color.times(light), depth: depth) }

    /// A colour that needs no light, at a distance.
    func hazed(_ color: Color, depth: Float) -> Color {
        mix(color, haze, depth / (depth + sight)).faded(color.w)
    }
}
