import CHost

/// A table of addresses of rows.
typealias RowTable = UnsafePointer<UnsafePointer<Float>>

/// Some rows by 16 columns of a product, in register tiles of six rows:
/// `target = Σ over taps (rows of the tap · panel of the tap)`.
///
/// Rows are named by tables, so that the same kernel serves images (a row is a pixel, a tap is a shifted pixel), plain
/// matrices and transposed ones (`step`), without a copy of the left side. The right side is packed in panels of 16
/// columns, one 16-wide line per value of depth.
struct TileProduct {
    /// Addresses of the left rows, `tapStride` further for every tap; they fill whole tiles.
    var rows: RowTable
    var tapStride = 0
    var taps = 1
    /// Floats from the address in the table to the first value.
    var offset = 0
    /// Floats from one value of a row to the next.
    var step = 1
    var depth: Int
    var panel: UnsafePointer<Float>
    /// Floats from the panel of one tap to that of the next.
    var panelStride = 0
    /// Values to ask the memory for meanwhile, `aheadStep` floats further with every value of depth.
    var ahead: UnsafePointer<Float>?
    var aheadStep = 0
    /// Addresses of the result's rows; they fill whole tiles.
    var targets: RowTable
    var targetOffset = 0
    /// Rows to write.
    var height: Int
    /// Columns to write, at most 16.
    var width = 16
    /// Whether to add to what the target holds.
    var adding = false

    /// Tiles that share the panel.
    private var tiles: Int { divideUp(height, by: 6) }

    /// Whether to ask for the next panel while this one is multiplied, when all panels together have `weights` floats: where
    /// they do not stay in the second-level cache, the first tile would wait for its panel. Many tiles to a panel hide that.
    func asksAhead(weights: Int) -> Bool { weights > 65_536 && tiles <= 8 }

    /// Computes all rows; `next`, if any, is the panel to ask for meanwhile, a part with every tile. `before` is called before
    /// each tile with the product from there on.
    @inline(__always)
    func run(next: UnsafePointer<Float>? = nil, before: (TileProduct) -> Void = { _ in }) {
        var tile = self
        var left = height
        tile.aheadStep = divideUp(16, by: max(1, tiles))
        tile.ahead = next
        while left > 0 {
            tile.height = left
            before(tile)
            multiplyTile(tile)
            tile.rows += 6
            tile.targets += 6
            if let ahead = tile.ahead { tile.ahead = ahead + tile.aheadStep &* depth &* taps }
            left &-= 6
        }
    }
}

/// Six rows by 16 columns in twelve registers: the largest tile that 16 vector registers hold, and with it the one that
/// needs the fewest loads per multiplication.
private struct RegisterTile {
    typealias Vector = SIMD8<Float>
    var a0 = Vector(), b0 = Vector()
    var a1 = Vector(), b1 = Vector()
    var a2 = Vector(), b2 = Vector()
    var a3 = Vector(), b3 = Vector()
    var a4 = Vector(), b4 = Vector()
    var a5 = Vector(), b5 = Vector()

    @inline(__always)
    mutating func add(
        _ rows: RowTable, offset: Int, step: Int, _ panel: UnsafePointer<Float>, depth: Int, meanwhile: () -> Void
    ) {
        let (r0, r1, r2) = (rows[0], rows[1], rows[2])
        let (r3, r4, r5) = (rows[3], rows[4], rows[5])
        var p = panel
        var i = offset
        var left = depth
        repeat {
            meanwhile()
            let y0 = load8(p)
            let y1 = load8(p + 8)
            let x0 = Vector(repeating: r0[i])
            a0.addProduct(x0, y0)
            b0.addProduct(x0, y1)
            let x1 = Vector(repeating: r1[i])
            a1.addProduct(x1, y0)
            b1.addProduct(x1, y1)
            let x2 = Vector(repeating: r2[i])
            a2.addProduct(x2, y0)
            b2.addProduct(x2, y1)
            let x3 = Vector(repeating: r3[i])
            a3.addProduct(x3, y0)
            b3.addProduct(x3, y1)
            let x4 = Vector(repeating: r4[i])
            a4.addProduct(x4, y0)
            b4.addProduct(x4, y1)
            let x5 = Vector(repeating: r5[i])
            a5.addProduct(x5, y0)
            b5.addProduct(x5, y1)
            i &+= step
            p += 16
            left &-= 1
        } while left > 0
    }

    @inline(__always)
    private func put(_ a: Vector, _ b: Vector, _ row: Int, _ product: TileProduct) {
        let target = UnsafeMutablePointer(mutating: product.targets[row]) + product.targetOffset
        if product.adding {
            store8(load8(target) + a, to: target)
            store8(load8(target + 8) + b, to: target + 8)
        } else {
            store8(a, to: target)
            store8(b, to: target + 8)
        }
    }

    @inline(__always)
    func store(_ product: TileProduct) {
        put(a0, b0, 0, product)
        put(a1, b1, 1, product)
        put(a2, b2, 2, product)
        put(a3, b3, 3, product)
        put(a4, b4, 4, product)
        put(a5, b5, 5, product)
    }
}

/// Computes the first six rows.
private func multiplyTile(_ product: TileProduct) {
    if product.height < 6 || product.width < 16 { return multiplyPartOfTile(product) }
    multiplyWholeTile(product)
}

@inline(__always)
private func multiplyWholeTile(_ product: TileProduct) {
    if let ahead = product.ahead { multiplyAskingAhead(product, ahead) } else { multiplyAlone(product) }
}

@inline(never)
private func multiplyAlone(_ product: TileProduct) { multiply(product) {} }

@inline(never)
private func multiplyAskingAhead(_ product: TileProduct, _ ahead: UnsafePointer<Float>) {
    let step = product.aheadStep
    var line = ahead
    multiply(product) {
        chost_prefetch(line)
        line += step
    }
}

@inline(__always)
private func multiply(_ product: TileProduct, meanwhile: () -> Void) {
    var tile = RegisterTile()
    var rows = product.rows
    var panel = product.panel
    var taps = product.taps
    repeat {
        tile.add(rows, offset: product.offset, step: product.step, panel, depth: product.depth, meanwhile: meanwhile)
        rows += product.tapStride
        panel += product.panelStride
        taps &-= 1
    } while taps > 0
    tile.store(product)
}

/// Computes a whole tile aside, and writes the rows and columns of it that exist.
@inline(never)
private func multiplyPartOfTile(_ product: TileProduct) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 96) { tile in
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 6) { table in
            guard let values = tile.baseAddress, let rows = table.baseAddress else { return }
            for row in 0..<6 { rows[row] = UnsafePointer(values + 16 * row) }
            var whole = product
            whole.targets = RowTable(rows)
            whole.targetOffset = 0
            whole.adding = false
            multiplyWholeTile(whole)
            for row in 0..<min(6, product.height) {
                let target = UnsafeMutablePointer(mutating: product.targets[row]) + product.targetOffset
                for column in 0..<product.width {
                    let value = values[16 * row + column]
                    target[column] = product.adding ? target[column] + value : value
                }
            }
        }
    }
}
