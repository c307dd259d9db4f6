import Tensors

/// An electric lamp or a reflector: warm and glaring like a small fire, but round and calm.
struct Lamp: Thing {
    let base: Float
    private let x: Float
    private let metre: Float
    private let tall: Float
    private let color: Color

    init(x: Float, base: Float, metre: Float, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.metre = metre
        tall = random.real(2.5, 6)
        color = random.pick([rgb(1.1, 0.7, 0.3), rgb(1.1, 0.95, 0.75), rgb(1.1, 0.45, 0.15)])
    }

    func draw(on canvas: Canvas, in world: World) {
        let top = Point(x, base - tall * metre)
        canvas.limb(Point(x, base), top, metre * 0.07, metre * 0.05, world.lit(rgb(0.3, 0.3, 0.3), at: base))
        let shine = world.hazed(color, at: base)
        canvas.halo(at: top, radius: metre * 2.2, light: color.faded(0) * (0.15 + world.air.glare * 0.5))
        canvas.ellipse(top, Point(metre, metre) * 0.2, shine)
    }
}
