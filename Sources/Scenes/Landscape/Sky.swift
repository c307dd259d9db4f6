import Tensors

/// The sky: gradient, cloud cover, sun or moon, stars.
struct Sky: Thing {
    let base: Float = -2e6
    private let noise: Noise
    private let cover: Float
    private let stretch: Float
    private let streak: Float
    private let cloud: Color
    private let sun: Point?
    private let disc: Float
    private let sunlight: Color
    private let stars: [(Point, Float)]

    init(in world: World, _ random: inout RandomStream) {
        let view = world.view
        let air = world.air
        noise = Noise(&random)
        cover = air.cloudiness
        stretch = random.scale(0.012, 0.035) * 320 / view.width
        streak = random.real(1.5, 6)
        let bright: Color = air.hour == .night ? rgb(0.13, 0.14, 0.18) : mix(air.horizon, rgb(1, 1, 1), 0.35)
        cloud = air.hour == .overcast ? air.zenith.times(random.real(0.75, 1.1)) : bright
        let low = air.hour == .dusk || air.hour == .sunrise || air.hour == .smoky
        let visible = random.chance(low ? 0.75 : air.hour == .overcast ? 0.1 : 0.35)
        let height = view.horizon * (low ? random.real(0.65, 1.05) : random.real(0.08, 0.7))
        sun = visible && view.horizon > 20 ? Point(view.width * (0.5 + air.side * 0.45), height) : nil
        disc = random.scale(3, low ? 18 : 10)
        sunlight = air.hour == .night ? rgb(0.5, 0.52, 0.55) : low ? rgb(1.3, 0.75, 0.3) : rgb(1.2, 1.15, 1)
        let count = air.hour == .night && air.cloudiness < 0.4 ? random.count(0, 60) : 0
        stars = (0..<count).map { _ in
            (Point(random.real(0, view.width), random.real(0, max(view.horizon, 1))), random.real(0.1, 0.6))
        }
    }

    func draw(on canvas: Canvas, in world: World) {
        let air = world.air
        let bottom = min(world.view.height, max(world.view.horizon, 0) + world.view.height * 0.1)
        guard world.view.horizon > 0 else { return }
        for y in 0..<Int(bottom) {
            let up = max(1 - Float(y) / max(world.view.horizon, 1), 0)
            let back = mix(air.horizon, air.zenith, min(1, up * 1.3).squareRoot() * min(1, up * 1.5 + 0.1))
            // Clouds lie flat towards the horizon.
            let row = 6 / (up + 0.25)
            for x in 0..<canvas.width {
                var color = back
                if cover > 0.02 {
                    let n = noise.turbulence(Float(x) * stretch * (1 + row * 0.1), row * streak)
                    let amount = smoothstep(0.85 - cover * 0.6, 1.05 - cover * 0.45, n)
                    color = mix(color, cloud.times(1.25 - n * 0.45), amount * 0.9)
                }
                canvas.pixels[y * canvas.width + x] = color.faded(1)
            }
        }
        for (place, light) in stars where Int(place.y) < canvas.height && Int(place.x) < canvas.width {
            canvas.glow(Int(place.x), Int(place.y), rgb(light, light, light, 0))
        }
        guard let sun else { return }
        canvas.halo(at: sun, radius: disc * 9, light: sunlight.faded(0) * 0.3)
        canvas.halo(at: sun, radius: disc * 3, light: sunlight.faded(0) * 0.4)
        canvas.ellipse(sun, Point(disc, disc), soft: 1.5, sunlight)
    }
}
