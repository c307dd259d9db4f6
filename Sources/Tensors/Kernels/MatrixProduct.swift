import COpenBLAS

/// A row-major matrix in memory: `rows` × `columns`, rows `stride` floats apart.
public struct Matrix {
    /// First value.
    public var pointer: UnsafeMutablePointer<Float>
    /// Number of rows.
    public var rows: Int
    /// Number of columns.
    public var columns: Int
    /// Floats from one row to the next.
    public var stride: Int

    /// A matrix whose rows follow each other unless `stride` is given.
    public init(_ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }
}

/// Whether a matrix is used as it stands or transposed.
public enum Orientation { case plain, transposed }

/// `c = a · b + beta · c` on the calling thread; `beta` 0 overwrites `c` whatever it held.
public func multiply(
    _ a: Matrix, _ aOrientation: Orientation = .plain, _ b: Matrix, _ bOrientation: Orientation = .plain,
    into c: Matrix, beta: Float = 0
) {
    let inner = aOrientation == .plain ? a.columns : a.rows
    precondition(
        c.rows == (aOrientation == .plain ? a.rows : a.columns)
            && c.columns == (bOrientation == .plain ? b.columns : b.rows)
            && inner == (bOrientation == .plain ? b.rows : b.columns), "matrix sizes do not fit")
    if c.rows == 0 || c.columns == 0 { return }
    cblas_sgemm(
        CblasRowMajor, aOrientation == .plain ? CblasNoTrans : CblasTrans,
        bOrientation == .plain ? CblasNoTrans : CblasTrans, Int32(c.rows), Int32(c.columns), Int32(inner), 1, a.pointer,
        Int32(a.stride), b.pointer, Int32(b.stride), beta, c.pointer, Int32(c.stride))
}

/// Prepares OpenBLAS: one thread per call, since ranks split work themselves. Call once at start.
public func startMatrixProducts() {
    openblas_set_num_threads(1)
}

/// Name of the kernel family that OpenBLAS chose for this CPU.
public var matrixProductKernel: String { String(cString: openblas_get_corename()) }
