// SIP phones for run.ts: each argument names one, with a UDP socket of its own on 127.0.0.1.
//
// A line of standard input is a command, a line of standard output an event, both in JSON. Ends with its input.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/emiago/diago"
	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const host = "127.0.0.1"

type command struct {
	// "dial", "respond" or "hangUp".
	Do   string `json:"do"`
	Call string `json:"call"`
	// Of "dial".
	Phone         string            `json:"phone"`
	To            string            `json:"to"`
	From          string            `json:"from"`
	Headers       map[string]string `json:"headers"`
	RingTimeoutMs int               `json:"ringTimeoutMs"`
	// Of "respond": 200 answers the call, 300 and more rejects it.
	Status int `json:"status"`
}

type event map[string]any

type call struct {
	id       string
	dialog   interface{ Hangup(context.Context) error }
	incoming *diago.DialogServerSession
	isHungUp bool
}

type phones struct {
	mu       sync.Mutex
	out      *json.Encoder
	byName   map[string]*diago.Diago
	calls    map[string]*call
	incoming int
}

func main() {
	// Standard output is for events.
	sip.SetDefaultLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	all := &phones{out: json.NewEncoder(os.Stdout), byName: map[string]*diago.Diago{}, calls: map[string]*call{}}
	sip.SIPDebug = true
	sip.SIPDebugTracer(all)
	for _, name := range os.Args[1:] {
		if err := all.add(name); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
	}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var given command
		if err := json.Unmarshal(line, &given); err != nil {
			all.problem("", fmt.Errorf("expected a command: %w", err))
			continue
		}
		all.carryOut(given)
	}
}

func (p *phones) add(name string) error {
	agent, err := sipgo.NewUA(sipgo.WithUserAgent(name))
	if err != nil {
		return err
	}
	phone := diago.NewDiago(agent, diago.WithTransport(diago.Transport{Transport: "udp", BindHost: host}))
	err = phone.ServeBackground(context.Background(), func(dialog *diago.DialogServerSession) { p.rings(name, dialog) })
	if err != nil {
		return err
	}
	p.byName[name] = phone
	p.tell(event{"event": "listening", "phone": name, "port": agent.TransportLayer().GetListenPort("udp")})
	return nil
}

// Each returns at once: what comes of it is an event.
func (p *phones) carryOut(given command) {
	if given.Do == "dial" {
		go p.dial(given)
		return
	}
	p.mu.Lock()
	known := p.calls[given.Call]
	p.mu.Unlock()
	switch {
	case known == nil:
		p.problem(given.Call, errors.New("expected a call that is known"))
	case given.Do == "respond" && known.incoming != nil && given.Status < 200:
		// At once, so that it cannot come after the answer.
		p.respond(known, given.Status)
	case given.Do == "respond" && known.incoming != nil:
		go p.respond(known, given.Status)
	case given.Do == "hangUp":
		go p.hangUp(known)
	default:
		p.problem(given.Call, fmt.Errorf("expected dial, respond or hangUp, not %q", given.Do))
	}
}

// Stays until the call is over: the dialog is closed after that.
func (p *phones) rings(name string, dialog *diago.DialogServerSession) {
	p.mu.Lock()
	p.incoming++
	arrived := &call{id: fmt.Sprintf("%s-%d", name, p.incoming), dialog: dialog, incoming: dialog}
	p.calls[arrived.id] = arrived
	p.mu.Unlock()
	invite := dialog.InviteRequest
	headers := map[string]string{}
	for _, header := range invite.Headers() {
		headers[header.Name()] = header.Value()
	}
	p.tell(event{"event": "incoming", "phone": name, "call": arrived.id, "callId": invite.CallID().Value(),
		"from": dialog.FromUser(), "to": dialog.ToUser(), "headers": headers})
	<-dialog.Context().Done()
	p.ended(arrived)
}

func (p *phones) respond(answered *call, status int) {
	if status != sip.StatusOK {
		if err := answered.incoming.Respond(status, reasons[status], nil); err != nil {
			p.problem(answered.id, err)
		}
		return
	}
	if _, err := answered.incoming.Answer(diago.AnswerOptions{}); err != nil {
		p.problem(answered.id, err)
		return
	}
	p.tell(event{"event": "answered", "call": answered.id})
}

var reasons = map[int]string{
	sip.StatusRinging:   "Ringing",
	sip.StatusForbidden: "Forbidden",
	sip.StatusNotFound:  "Not Found",
	sip.StatusBusyHere:  "Busy Here",
}

func (p *phones) dial(given command) {
	phone := p.byName[given.Phone]
	var to sip.Uri
	if err := sip.ParseUri(given.To, &to); err != nil || phone == nil {
		p.problem(given.Call, fmt.Errorf("expected a phone and a SIP address, not %q and %q", given.Phone, given.To))
		return
	}
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: given.From, Host: host}, Params: sip.NewParams()}
	options := diago.InviteOptions{Headers: []sip.Header{from}}
	for name, value := range given.Headers {
		options.Headers = append(options.Headers, sip.NewHeader(name, value))
	}
	options.OnResponse = func(response *sip.Response) error {
		if response.IsProvisional() {
			p.tell(event{"event": "progress", "call": given.Call, "status": response.StatusCode})
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(given.RingTimeoutMs)*time.Millisecond)
	defer cancel()
	dialog, _, err := phone.Invite(ctx, to, options)
	var refused *sipgo.ErrDialogResponse
	switch {
	case errors.As(err, &refused):
		p.tell(event{"event": "rejected", "call": given.Call, "status": refused.Res.StatusCode})
		return
	case ctx.Err() != nil:
		p.tell(event{"event": "rejected", "call": given.Call, "status": sip.StatusRequestTerminated})
		return
	case err != nil:
		p.problem(given.Call, err)
		return
	}
	made := &call{id: given.Call, dialog: dialog}
	p.mu.Lock()
	p.calls[made.id] = made
	p.mu.Unlock()
	p.tell(event{"event": "answered", "call": made.id, "callId": dialog.InviteRequest.CallID().Value()})
	<-dialog.Context().Done()
	p.ended(made)
	_ = dialog.Close()
}

func (p *phones) hangUp(over *call) {
	p.mu.Lock()
	over.isHungUp = true
	p.mu.Unlock()
	if err := over.dialog.Hangup(context.Background()); err != nil {
		p.problem(over.id, err)
	}
}

func (p *phones) ended(over *call) {
	p.mu.Lock()
	by := "there"
	if over.isHungUp {
		by = "here"
	}
	delete(p.calls, over.id)
	p.mu.Unlock()
	p.tell(event{"event": "ended", "call": over.id, "by": by})
}

func (p *phones) problem(id string, err error) {
	p.tell(event{"event": "problem", "call": id, "message": err.Error()})
}

func (p *phones) tell(what event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.out.Encode(what)
}

// SIPTraceRead tells of each message where it arrives.
func (p *phones) SIPTraceRead(_, local, remote string, raw []byte) {
	message, err := sip.ParseMessage(raw)
	if err != nil {
		return
	}
	line, _, _ := bytes.Cut(raw, []byte("\r\n"))
	p.tell(event{"event": "message", "from": remote, "to": local, "line": string(line),
		"callId": message.CallID().Value(), "cseq": message.CSeq().Value()})
}

// SIPTraceWrite is silent: nothing is lost between two sockets of one machine.
func (p *phones) SIPTraceWrite(_, _, _ string, _ []byte) {}
