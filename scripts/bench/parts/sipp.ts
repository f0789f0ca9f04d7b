/**
 * A ward behind its gateway for SIPp: rings, is taken, hangs up when its patience ends or is hung up on, and answers
 * whatever a gateway is asked meanwhile (another INVITE, UPDATE, OPTIONS), as RFC 3261 wants.
 */
const from = `From: "Ward [field0]" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]T[call_number]`
const again = (method: string, cseq: number) => `
${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
${from}
To:[$to]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:ward@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

`
const sound = `v=0
o=ward 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20
a=sendrecv`
const yes = (body = '') => `
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:ward@[local_ip]:[local_port]>${body ? '\nContent-Type: application/sdp' : ''}
Content-Length: ${body ? '[len]' : 0}

${body}
`

export const scenario = `<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="ward">
<send retrans="500"><![CDATA[
INVITE sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
${from}
To: <sip:[field1]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:ward@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

${sound}
]]></send>
<recv request="BYE" optional="global" next="theirs"/>
<recv request="INVITE" optional="global" next="invited"/>
<recv request="UPDATE" optional="global" next="updated"/>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true">
<action><ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/></action>
</recv>
<send><![CDATA[${again('ACK', 1)}]]></send>
<label id="wait"/>
<nop><action><assignstr assign_to="wish" value="[field2]"/><todouble assign_to="patience" variable="wish"/></action></nop>
<pause variable="patience"/>
<send retrans="500"><![CDATA[${again('BYE', 2)}]]></send>
<recv response="200" next="over"/>
<label id="invited"/>
<send retrans="500"><![CDATA[${yes(sound)}]]></send>
<recv request="ACK" next="wait"/>
<label id="updated"/>
<send next="wait"><![CDATA[${yes(sound)}]]></send>
<label id="theirs"/>
<send><![CDATA[${yes()}]]></send>
<label id="over"/>
</scenario>
`
