package block

// Names of the system columns.
const (
	Timestamp     = "@timestamp"
	IngestionTime = "@ingestionTime"
	Message       = "@message"
	LogStream     = "@logStream"
	Log           = "@log"
	Ptr           = "@ptr"
)

// MaxRows is the largest number of rows a Source should put into one block; smaller blocks spread better over workers.
const MaxRows = 8192

// Block is a batch of events in column form.
//
// A block is used by one goroutine at a time. From yield until Release is called its memory belongs to the query: the
// Source must neither change nor reuse it. The query copies what it keeps beyond Release.
type Block struct {
	// N is the number of rows.
	N int
	// Columns holds the columns at hand by name.
	Columns map[string]*Column
	// Load, if not nil, obtains a column that is not in Columns, or nil if the engine does not hold it. It is asked at
	// most once per name and block, so an engine can postpone decoding @message until a row survived the filters.
	Load func(name string) *Column
	// Find, if not nil, tells without loading the column which rows' values of it contain a text, one verdict per row; nil
	// if the engine cannot tell. Like Load it is postponed until a row needs it.
	Find func(name, text string) []Verdict
	// Err, if not nil, is asked when the query is done with the block; it reports a failure inside Load or Find.
	Err func() error
	// Base is the sequence of row 0. Of two events with equal @timestamp the one with larger Base+index is newer. An engine
	// without sequences leaves it zero in all blocks, then arrival order decides; otherwise sequences begin at 1.
	Base int64
	// Bytes is the raw size of the block's messages for the statistics; zero lets run add the message lengths, which
	// forces @message to be read.
	Bytes int64
	// Release, if not nil, is called once when the query no longer touches the block.
	Release func()

	asked map[string]struct{}
}

// Verdict says whether a value contains a text.
type Verdict uint8

// The verdicts. Of Unsure the value itself has to be asked.
const (
	Unsure Verdict = iota
	Has
	Lacks
)

// Column returns the named column, loading it if necessary, or nil if the block has no such column.
func (b *Block) Column(name string) *Column {
	if c := b.Columns[name]; c != nil {
		return c
	}
	if b.Load == nil {
		return nil
	}
	if _, done := b.asked[name]; done {
		return nil
	}
	if b.asked == nil {
		b.asked = make(map[string]struct{})
	}
	b.asked[name] = struct{}{}
	c := b.Load(name)
	if c != nil {
		if b.Columns == nil {
			b.Columns = make(map[string]*Column)
		}
		b.Columns[name] = c
	}
	return c
}

// Done reports a failure of late loading or finding and gives the block back to its Source.
func (b *Block) Done() error {
	var err error
	if b.Err != nil {
		err = b.Err()
	}
	if b.Release != nil {
		b.Release()
	}
	return err
}
